import * as fc from 'fast-check'
import { type Attack, type Case, mark, STREAM_HEAD, type Step, stream, wanted } from '../case.ts'

/*
 * Bytes that break careless parsers: line ends, byte order marks, what is no UTF-8, and lines without an end.
 */

/** Each character is one byte. The last ones are no UTF-8, or half of a letter. */
const WORDS = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\n\n',
    '\r\r',
    '\n\r',
    '\r\n\r\n',
    '\0',
    '\t',
    ' ',
    ':',
    ': ',
    '\x0b',
    '\x85',
    '\xe2\x80\xa8',
  ],
  ...[
    '\xef\xbb\xbf',
    '\xfe\xff',
    '\xff',
    '\xc0\xaf',
    '\xed\xa0\x80',
    '\xf0\x9f\x98',
    '\xf0\x9f\x98\x80',
    '\xe2',
    '\xf8\x88',
  ],
  ...[
    'data',
    'data:',
    'data: ',
    'event: x',
    'event:',
    'id',
    'id:\0',
    'retry: 5',
    'retry: -1',
    'retry: 1e9',
    'retry:',
    'topic',
  ],
  ...[
    '{"a":',
    '"',
    ': comment',
    ': topic a',
    ': topic',
    'Data: x',
    ' data: x',
    'data : x',
    'databases: x',
    'event: __proto__',
  ],
]

const soup = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 40 }).map((words) => words.join(''))
const cuts = fc.constantFrom(undefined, undefined, 1, 2, 5)
/** A line that belongs to nothing: what it says must not spoil the mark behind it. */
const closed = (text: string): string => `\n\n${text}\n\n`

const step = fc
  .tuple(soup, cuts)
  .map(([text, cut]): Step => ({ bytes: closed(text), ...(cut !== undefined && { cut }) }))

/** A valid event in each of the three kinds of line ends, in one piece or cut, also between a CR and its LF. */
const marked = (n: number, end: string, cut: number | undefined): Step => ({
  text: ['', '', `id: mark-${n}`, 'event: mark', `data: ${n}`, '', ''].join(end),
  ...(cut !== undefined && { cut }),
})

const cases: fc.Arbitrary<Case> = fc
  .record({
    end: fc.constantFrom('\n', '\r', '\r\n'),
    cut: cuts,
    kind: fc.constantFrom('sse' as const, 'sse' as const, 'native' as const, 'request' as const),
    first: fc.array(step, { maxLength: 4 }),
    second: fc.array(step, { maxLength: 4 }),
  })
  .map(({ kind, first, second, end, cut }) => ({
    kind,
    answers: [stream(mark(1), ...first, marked(2, end, cut)), stream(...second, marked(3, end, cut))],
    wants: wanted(1, 2, 3),
  }))

const MB = 1 << 20
const between = (...steps: readonly Step[]): Case => ({
  answers: [stream(mark(1), ...steps, mark(2))],
  wants: wanted(1, 2),
  maxEventSize: 100_000,
})

const huge: readonly Step[] = [
  // Megabytes without a line end, in each place where a line can be.
  { text: 'x', times: 4 * MB },
  { text: `:${' '.repeat(63)}`, times: MB / 16 },
  { text: `\n: ${'comment '.repeat(100)}`, times: 4000 },
  { text: `data: ${'x'.repeat(1000)}`, times: 3000 },
  { text: `event: ${'x'.repeat(1000)}`, times: 3000 },
  { text: `id: ${'x'.repeat(1000)}`, times: 3000 },
  // Lines of one character, and of none.
  { text: 'x\n', times: MB },
  { text: '\n', times: 2 * MB },
  { text: '\r', times: 2 * MB },
  { text: '\r\n', times: MB },
  { text: ':\n', times: MB },
  { text: 'data\n', times: 100_000 },
  { text: 'data\r', times: 100_000 },
  { text: 'retry: 1\n', times: 200_000 },
  { text: 'id\n', times: 200_000 },
  { text: '\ufeff', times: MB },
  { bytes: '\xf0\x9f\x98', times: MB },
  { text: '\0', times: 2 * MB },
]

/** From one byte to the next: each byte is a chunk. */
const slow: Case = {
  answers: [
    stream(
      { text: '\ufeff', cut: 1 },
      { text: 'event: mark\rdata: 1\r\rid: é😀\r\nevent: mark\r\ndata: 2\r\n\r\n', cut: 1 },
    ),
  ],
  wants: wanted(1, 2),
}

/** The connection is still open, and so is the last line. */
const open: Case = {
  answers: [
    {
      steps: [
        STREAM_HEAD,
        ...huge,
        { text: '\n\nevent: honest\ndata: #\n\n', times: 4, counts: true },
        { text: 'data: ' },
        { text: 'x'.repeat(1000), times: 8000 },
      ],
      ends: 'stay',
    },
  ],
  wants: ['honest 0'],
  maxEventSize: 100_000,
}

export const lines: Attack = {
  name: 'lines',
  holds: 'survives hostile bytes and lines: valid events before and after them arrive once and in order',
  musts: [slow, { ...slow, kind: 'native' }, { ...slow, kind: 'request' }, ...huge.map((step) => between(step))],
  cases,
  rounds: 15,
  heaviest: open,
  megabytes: 6,
}
