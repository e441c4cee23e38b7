import * as fc from 'fast-check'
import { type Answer, type Attack, type Case, mark, refusal, type Step, stream } from '../case.ts'

/*
 * Last event ids that no header can carry, that grow without end, repeat, or go backwards.
 */

const IDS = [
  ...[
    '1',
    '2',
    '',
    ' ',
    ' a',
    'a ',
    'a  b',
    '\t',
    'a\tb',
    '\x01',
    '\x7f',
    '\u0085',
    '\u00a0',
    'é',
    '😀',
    '日本',
    '\ufeff',
    '\u2028',
  ],
  ...[
    '%00',
    '%0d%0aset-cookie: a=b',
    'a&b=c',
    '#',
    '?',
    '/../',
    '__proto__',
    'null',
    '*',
    '"',
    ',',
    ';',
    '\\',
    'a:b',
    ':',
    '\ufffd',
  ],
  ...['x'.repeat(1000), '😀'.repeat(500), 'é '.repeat(900)],
]
/** Requests with these may be refused, so what they resume after is not certain. */
const LARGE = [
  'x'.repeat(8000),
  'x'.repeat(8192),
  'x'.repeat(8193),
  '😀'.repeat(4096),
  '😀'.repeat(8000),
  '\x01'.repeat(4000),
]

const event = (id: string): Step => ({ text: `id: ${id}\ndata: 1\n\n` })

/** What a client resumes after: ids with a NUL do not count (HTML 9.2.6). */
const lastOf = (ids: readonly string[]): string => ids.filter((id) => !id.includes('\0')).at(-1) ?? ''

const cases: fc.Arbitrary<Case> = fc
  .record({
    kind: fc.constantFrom('sse' as const, 'native' as const),
    ids: fc.array(fc.constantFrom(...IDS, 'a\0b', '\0'), { minLength: 1, maxLength: 8 }),
  })
  .map(({ kind, ids }) => ({ kind, answers: [stream(...ids.map(event))], cursor: lastOf(ids) }))

/** A server that refuses the cursor in each way that there is. */
const refusals: readonly Answer[] = [400, 403, 409, 410, 412, 414, 431].map((status) => refusal(status))

const after = (id: string, ...answers: readonly Answer[]): Case => ({ answers: [stream(event(id)), ...answers] })

const numbers: Step = { text: 'id: #\ndata: "same"\n\n', times: 20_000, counts: true }

const musts: readonly Case[] = [
  ...IDS.map((id): Case => ({ ...after(id), cursor: id })),
  ...IDS.map((id): Case => ({ ...after(id), kind: 'native', cursor: id })),
  ...LARGE.map((id) => after(id)),
  ...LARGE.map((id): Case => ({ ...after(id), kind: 'native' })),
  { answers: [stream({ text: 'id: ' }, { text: 'x', times: 1 << 20 }, { text: '\ndata: 1\n\n' })] },
  ...refusals.map((answer) => after('1', answer, answer)),
  // The same id for all, and ids that go backwards: nothing of that is a repeat.
  {
    answers: [stream({ text: 'id: same\nevent: mark\ndata: 1\n\nid: same\nevent: mark\ndata: 2\n\n' })],
    wants: ['mark 1', 'mark 2'],
    cursor: 'same',
  },
  {
    answers: [stream({ text: 'id: 9\nevent: mark\ndata: 1\n\n' }), stream({ text: 'id: 1\nevent: mark\ndata: 2\n\n' })],
    wants: ['mark 1', 'mark 2'],
    cursor: '9',
  },
  // A server that sends all of it again, after each end.
  {
    answers: [stream(mark(1), mark(2)), stream(mark(1), mark(2)), stream(mark(1), mark(2))],
    wants: ['mark 1', 'mark 2'],
  },
  { answers: [stream(numbers), stream(numbers)] },
]

export const ids: Attack = {
  name: 'ids',
  holds: 'survives hostile last event ids: the next request resumes, or begins without one',
  musts,
  cases,
  rounds: 25,
  heaviest: {
    answers: [
      stream(numbers),
      stream({ text: `id: ${'x'.repeat(8000)}-#\ndata: 1\n\n`, times: 2000, counts: true }),
      stream({ text: 'id: ' }, { text: 'x', times: 1 << 20 }, { text: '\ndata: 1\n\n' }),
    ],
  },
  megabytes: 12,
}
