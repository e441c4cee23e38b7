import type { TransportSink } from 'headwater'
import { createStreamParser } from '../../src/transports/parse.ts'

/** What a sink was told, as plain values. */
export type Report =
  | readonly ['open', number | undefined]
  | readonly ['beat', text: string | undefined]
  | readonly ['id', string]
  | readonly ['event', type: string, data: string, id: string | undefined, topic?: string]
  | readonly ['retry', number]
  | readonly ['oversized']
  | readonly ['end', unknown]

/** A sink that writes down what it is told; `heard` would drown the rest. */
export function recordingSink(): { sink: TransportSink; reports: Report[] } {
  const reports: Report[] = []
  const sink: TransportSink = {
    open: (heartbeatMs) => reports.push(['open', heartbeatMs]),
    heard() {},
    beat: (text) => reports.push(['beat', text]),
    id: (id) => reports.push(['id', id]),
    event: (type, data, id, topic) =>
      reports.push(topic ? ['event', type, data, id, topic] : ['event', type, data, id]),
    retry: (ms) => reports.push(['retry', ms]),
    oversized: () => reports.push(['oversized']),
    end: (reason) => reports.push(['end', reason]),
  }
  return { sink, reports }
}

/** What comes of these chunks. */
export function parseChunks(chunks: readonly Uint8Array[], maxEventSize = Infinity): Report[] {
  const { sink, reports } = recordingSink()
  const parse = createStreamParser(sink, maxEventSize)
  for (const chunk of chunks) parse(chunk)
  return reports
}

/** The bytes cut at these places. */
export function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...[...at].sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}
