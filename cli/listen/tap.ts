import type { Clock, Transport, TransportSink } from '../../src/index.ts'
import { type Unfinished, watchBlock } from './block.ts'
import { type ExchangeReport, watchFetch } from './exchange.ts'
import type { Gate } from './gate.ts'

/** What passes between a transport and the core, which keeps some of it to itself. */
export type Report =
  | ExchangeReport
  /** The core is about to be told that the response is good. `requested`: the id that it was to resume from. */
  | { readonly kind: 'opening'; readonly requested: string }
  /** The core has been told, and has told its observers what it knows. */
  | { readonly kind: 'opened' }
  /** A comment, or a `ping` that keeps the rhythm. */
  | { readonly kind: 'beat'; readonly text: string }
  | { readonly kind: 'retry'; readonly ms: number }
  /** A block that has an id and no event. */
  | { readonly kind: 'id'; readonly id: string }
  /** An event is about to be given to the core. `id`: its own. */
  | { readonly kind: 'event'; readonly type: string; readonly data: string; readonly id: string | undefined }
  /** The core has had that event. */
  | { readonly kind: 'handled' }
  | { readonly kind: 'oversized' }
  | ({ readonly kind: 'unfinished' } & Unfinished)
  | { readonly kind: 'end'; readonly reason: unknown }

/** A transport whose traffic is reported, in order, until its link is closed. */
export function tap(inner: Transport, gate: Gate, clock: Clock, hear: (report: Report) => void): Transport {
  return {
    connect(request, sink) {
      let closed = false
      /** The id of a block that has ended; its event, if it has one, comes next. */
      let pending: string | undefined
      const tell = (report: Report): void => {
        if (!closed) hear(report)
      }
      function settle(): void {
        const id = pending
        pending = undefined
        if (id !== undefined) tell({ kind: 'id', id })
      }
      const tapped: TransportSink = {
        open(heartbeatMs) {
          tell({ kind: 'opening', requested: request.lastEventId })
          sink.open(heartbeatMs)
          tell({ kind: 'opened' })
        },
        heard: sink.heard,
        beat(text = '') {
          settle()
          sink.beat(text)
          tell({ kind: 'beat', text })
        },
        id(id) {
          settle()
          pending = id
          // In case that nothing comes for long.
          queueMicrotask(settle)
          sink.id(id)
        },
        event(type, data, id, topic) {
          if (id === undefined) settle()
          pending = undefined
          tell({ kind: 'event', type, data, id })
          sink.event(type, data, id, topic)
          tell({ kind: 'handled' })
        },
        retry(ms) {
          settle()
          sink.retry(ms)
          tell({ kind: 'retry', ms })
        },
        oversized() {
          settle()
          tell({ kind: 'oversized' })
          sink.oversized()
        },
        end(reason) {
          settle()
          block.end()
          tell({ kind: 'end', reason })
          sink.end(reason)
        },
      }
      const block = watchBlock(clock, (unfinished) => tell({ kind: 'unfinished', ...unfinished }))
      const fetch = watchFetch(request.fetch, clock, tell, async (chunk, signal) => {
        block.hold()
        await gate.pass(signal, sink.heard)
        block.add(chunk)
      })
      const link = inner.connect({ ...request, fetch }, tapped)
      return {
        close() {
          closed = true
          block.end()
          link.close()
        },
      }
    },
  }
}
