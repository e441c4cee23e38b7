import type { GapReport, OpenInfo, TransportSink } from 'headwater'
import { createBlockParser, takeFields } from '../../src/transports/parse.ts'

/** What was reported to a sink, as plain values. */
export type Report =
  | readonly ['open', OpenInfo | undefined]
  | readonly ['comment', text: string]
  | readonly ['block', type: string, data: string | undefined, id: string | undefined, topic?: string]
  | readonly ['retry', number]
  | readonly ['gap', GapReport]
  | readonly ['end', unknown]

/** A sink that writes down what is reported to it; `heard` would drown the rest. */
export function recordingSink(): { sink: TransportSink; reports: Report[] } {
  const reports: Report[] = []
  const sink: TransportSink = {
    open: (info) => reports.push(['open', info]),
    heard() {},
    comment: (text) => reports.push(['comment', text]),
    block({ type, data, id, topic }) {
      reports.push(topic ? ['block', type, data, id, topic] : ['block', type, data, id])
      return undefined
    },
    retry: (ms) => reports.push(['retry', ms]),
    gap: (gap) => reports.push(['gap', gap]),
    end: (reason) => reports.push(['end', reason]),
  }
  return { sink, reports }
}

/** A parser that reads whole chunks. @returns Reads one, and what it has reported so far. */
export function recordingParser(maxEventSize = Infinity): { read(chunk: Uint8Array): void; reports: Report[] } {
  const { sink, reports } = recordingSink()
  const parse = createBlockParser(maxEventSize, () => sink.gap({ reason: 'too-large' }), takeFields(sink))
  return {
    read(chunk) {
      for (const block of parse(chunk)) sink.block(block)
    },
    reports,
  }
}

/** The reports that a parser makes of these chunks. */
export function parseChunks(chunks: readonly Uint8Array[], maxEventSize?: number): Report[] {
  const { read, reports } = recordingParser(maxEventSize)
  chunks.forEach(read)
  return reports
}

/** The bytes cut at these places. */
export function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...[...at].sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}
