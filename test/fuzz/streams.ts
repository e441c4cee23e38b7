import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { readAsTheStandardSays } from '../support/oracle.ts'
import { cut, parseChunks, type Report } from '../support/wire.ts'

/*
 * Streams of anything, and what three readers make of them: ours in random cuts, the standard as a program, and
 * eventsource-parser, which nobody here wrote.
 */

/** What the grammar knows, what it does not, and what breaks careless readers. */
const WORDS = [
  ...['data', 'event', 'id', 'retry', 'Data', 'databases', 'topic'],
  ...[':', ': ', ':  ', ' ', '\n', '\n', '\n\n', '\r', '\r\n', '\r\n\r\n', '\t'],
  ...['\ufeff', '\0', '\u0085', '\u2028', '\v', 'é', '日本', '😀', '\ud800', '１'],
  ...['a', '[DONE]', '{"a":1}', '7', '0', '-1', '1e3', '99999999999999999999', '__proto__'],
  ...[
    'data: a\n\n',
    'id: 1\ndata: b\n\n',
    'event: tick\n',
    'id\n',
    'id: 1\0\n',
    'id: 2\n',
    ': comment\n',
    ': topic a\n',
    'retry: 500\n',
  ],
]

/** A stream, and where it is cut. Most are soup; a few are bytes that are no UTF-8. */
const streams = fc.record({
  bytes: fc.oneof(
    {
      weight: 9,
      arbitrary: fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => encode(words.join(''))),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) },
  ),
  cuts: fc.array(fc.nat(200), { maxLength: 40 }),
})

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
/** Without a second BOM's being dropped, as some decoders do. */
const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** eventsource-parser reports the id of a block ahead of its event. */
function readByEventsourceParser(text: string): Report[] {
  const reports: Report[] = []
  const parser = createParser({
    onId: (id) => reports.push(['block', 'message', undefined, id]),
    onEvent({ event = 'message', data, id }) {
      // The id was reported a moment ago: both are one block.
      if (id !== undefined) reports.pop()
      reports.push(['block', event, data, id])
    },
    onRetry: (ms) => reports.push(['retry', ms]),
    onComment: (comment) => reports.push(['comment', comment]),
    onError() {},
  })
  parser.feed(text)
  return reports
}

/** A block without data is no event: the name that it has means nothing, and eventsource-parser does not report it. */
const withoutIdleNames = (reports: readonly Report[]): Report[] =>
  reports.map((report) =>
    report[0] === 'block' && report[2] === undefined ? ['block', 'message', undefined, report[3]] : report,
  )

/**
 * Reads so many streams in three ways.
 * @throws An Error with the smallest stream that is read differently, and the seed.
 */
export function compareReaders(runs: number, seed?: number): void {
  fc.assert(
    fc.property(streams, ({ bytes, cuts }) => {
      // A line end at the end: readers differ in what they make of a CR that is last, and no sentence of 9.2.5 forbids it.
      const whole = Uint8Array.of(...bytes, 0x0a)
      const places = cuts.filter((place) => place <= whole.length)
      const reports = parseChunks(cut(whole, places))
      const text = decode(whole)
      const ours = JSON.stringify(reports)
      const standard = JSON.stringify(readAsTheStandardSays(text))
      if (ours !== standard) throw Error(`ours: ${ours}\nthe standard: ${standard}`)
      const events = JSON.stringify(withoutIdleNames(reports))
      const theirs = JSON.stringify(readByEventsourceParser(text))
      if (events !== theirs) throw Error(`ours: ${events}\neventsource-parser: ${theirs}`)
    }),
    { numRuns: runs, ...(seed !== undefined && { seed }) },
  )
}
