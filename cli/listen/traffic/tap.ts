import { readComment } from '../../../src/hub/protocol.ts'
import type { Clock, Transport, TransportSink } from '../../../src/index.ts'
import { BlockWatch, type Unfinished } from './block.ts'
import { type ExchangeReport, watchFetch } from './exchange.ts'
import type { Gate } from './gate.ts'

/** The calls between a transport and the core, which keeps some of them to itself. */
export type Report =
  | ExchangeReport
  /** The response is good; the core hears of it next. `requested`: the id that it was to resume from. */
  | { readonly kind: 'opening'; readonly requested: string }
  /** A comment, but for one that names the topic of the next event. */
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'retry'; readonly ms: number }
  /** A block that has an id and no event. */
  | { readonly kind: 'id'; readonly id: string }
  /** An event; the core gets it next. `id`: its own. */
  | { readonly kind: 'event'; readonly type: string; readonly data: string; readonly id: string | undefined }
  /** The core has had that event. */
  | { readonly kind: 'handled' }
  /** The transport dropped an event. */
  | { readonly kind: 'gap'; readonly reason: string }
  | ({ readonly kind: 'unfinished' } & Unfinished)
  | { readonly kind: 'end'; readonly reason: unknown }

/** A transport whose traffic is reported, in order, until its link is closed. */
export function tap(inner: Transport, gate: Gate, clock: Clock, onReport: (report: Report) => void): Transport {
  return {
    connect(request, sink) {
      let closed = false
      const report = (report: Report): void => {
        if (!closed) onReport(report)
      }
      const unfinished = new BlockWatch(clock, (lines) => report({ kind: 'unfinished', ...lines }))
      const tapped: TransportSink = {
        open(info) {
          report({ kind: 'opening', requested: request.lastEventId })
          sink.open(info)
        },
        heard: sink.heard,
        comment(text) {
          sink.comment(text)
          // One that names a topic is no heartbeat. The topic is shown with its event.
          if (readComment(text) === undefined) report({ kind: 'comment', text })
        },
        block(block) {
          const { type, data, id } = block
          if (data !== undefined) report({ kind: 'event', type, data, id })
          const work = sink.block(block)
          report(data === undefined ? { kind: 'id', id: id ?? '' } : { kind: 'handled' })
          return work
        },
        retry(ms) {
          sink.retry(ms)
          report({ kind: 'retry', ms })
        },
        gap(gap) {
          report({ kind: 'gap', reason: gap.reason })
          sink.gap(gap)
        },
        end(reason) {
          unfinished.end()
          report({ kind: 'end', reason })
          sink.end(reason)
        },
      }
      const fetch = watchFetch(request.fetch, report, async (chunk, signal) => {
        unfinished.hold()
        await gate.pass(signal, sink.heard)
        unfinished.add(chunk)
      })
      const link = inner.connect({ ...request, fetch }, tapped)
      return {
        close() {
          closed = true
          unfinished.end()
          link.close()
        },
      }
    },
  }
}
