import type { TransportSink } from 'headwater'

/** A sink that writes down its calls, each as a method and an argument: as tabs write them into a frame. */
export function logSink(): { readonly sink: TransportSink; readonly log: unknown[] } {
  const log: unknown[] = []
  return {
    log,
    sink: {
      open: (info) => log.push(['open', info]),
      heard: () => log.push(['heard']),
      comment: (text) => log.push(['comment', text]),
      block(block) {
        log.push(['block', block])
        return undefined
      },
      retry: (ms) => log.push(['retry', ms]),
      gap: (gap) => log.push(['gap', gap]),
      end: (reason) => log.push(['end', reason]),
    },
  }
}
