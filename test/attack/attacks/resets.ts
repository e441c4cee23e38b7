import * as fc from 'fast-check'
import {
  type Answer,
  type Attack,
  type Case,
  type Ending,
  head,
  STREAM,
  STREAM_HEAD,
  type Step,
  wanted,
} from '../case.ts'

/*
 * Connections that break at every place, and bodies whose length or chunks are wrong.
 */

const RAW = `HTTP/1.1 200 OK\r\ncontent-type: ${STREAM}\r\n\r\n`
const CHUNKED = head(200, [
  ['content-type', STREAM],
  ['transfer-encoding', 'chunked'],
])

const sized = (length: string, ...steps: readonly Step[]): readonly Step[] => [
  head(200, [
    ['content-type', STREAM],
    ['content-length', length],
  ]),
  ...steps,
]

const BODIES: readonly (readonly Step[])[] = [
  [],
  // In the head, and right behind it.
  [{ text: 'H' }],
  [{ text: RAW.slice(0, 30) }],
  [{ text: RAW.slice(0, -1) }],
  [{ text: RAW }],
  // In a line, in a letter, in an event and behind one.
  [STREAM_HEAD, { text: 'da' }],
  [STREAM_HEAD, { bytes: 'data: \xf0\x9f' }],
  [STREAM_HEAD, { text: 'id: 1\ndata: 1' }],
  [STREAM_HEAD, { text: 'id: 1\ndata: 1\n' }],
  [STREAM_HEAD, { text: 'id: 1\ndata: 1\n\n' }],
  [STREAM_HEAD, { text: 'id: 1\ndata: 1\r\n\r' }],
  [STREAM_HEAD, { text: 'data: 1\n\n', times: 2000 }],
  // Lengths that are not true.
  sized('100000', { text: 'data: 1\n\n' }),
  sized('3', { text: 'data: 1\n\n' }),
  sized('0', { text: 'data: 1\n\n' }),
  sized('5, 6', { text: 'data: 1\n\n' }),
  sized('18446744073709551616', { text: 'data: 1\n\n' }),
  // Chunks that are none.
  [CHUNKED],
  [CHUNKED, { text: 'zz\r\n' }],
  [CHUNKED, { text: '-1\r\ndata\r\n' }],
  [CHUNKED, { text: '9\r\ndata: 1\n\n' }],
  [CHUNKED, { text: '9\r\ndata: 1\n\n\r\n' }],
  [CHUNKED, { text: '5\r\ndata: 1\n\n\r\n0\r\n\r\n' }],
  [CHUNKED, { text: 'ffffffffffffffffffff\r\ndata: 1\n\n' }],
  [CHUNKED, { text: '9;' }, { text: 'x', times: 100_000 }, { text: '\r\ndata: 1\n\n\r\n0\r\n\r\n' }],
  [CHUNKED, { text: '9\r\ndata: 1\n\n\r\n0\r\n' }, { text: 'a: b\r\n', times: 5000 }],
  [CHUNKED, { text: '1\r\n\n\r\n', times: 5000 }],
]

/** Some stand still for a moment before they break. */
const answers: fc.Arbitrary<Answer> = fc
  .tuple(
    fc.constantFrom(...BODIES),
    fc.constantFrom<Ending>('end', 'reset'),
    fc.constantFrom(0, 0, 0, 30),
    fc.constantFrom(undefined, 1, 5),
  )
  .map(([body, ends, wait, cut]) => ({
    steps: [
      // One byte at a time, unless there are too many.
      ...body.map((step) => ({ ...step, ...(cut && !step.times && { cut }) })),
      { wait },
    ],
    ends,
  }))

const cases: fc.Arbitrary<Case> = fc
  .record({
    kind: fc.constantFrom('sse' as const, 'sse' as const, 'hub' as const, 'native' as const, 'request' as const),
    answers: fc.array(answers, { minLength: 1, maxLength: 4 }),
  })
  .map(({ kind, answers }) => ({ kind, hub: kind === 'hub', answers }))

const all = (ends: Ending): readonly Answer[] => BODIES.map((steps) => ({ steps, ends }))
const MARKS = 'event: mark\ndata: 1\n\nevent: mark\ndata: 2\n\n'

export const resets: Attack = {
  name: 'resets',
  holds: 'survives connections that break at every place: it backs off, and the next honest events arrive',
  musts: [
    {
      answers: [
        {
          steps: [CHUNKED, { text: [...MARKS].map((letter) => `1\r\n${letter}\r\n`).join('') }, { text: '0\r\n\r\n' }],
          ends: 'end',
        },
      ],
      wants: wanted(1, 2),
    },
    { answers: all('end').slice(0, 12), pace: 90 },
    { answers: all('reset').slice(0, 12), pace: 90 },
    { answers: all('end').slice(12), pace: 90 },
    { answers: all('reset').slice(12), pace: 90 },
    { answers: all('reset').slice(0, 5), kind: 'native' },
    // A server that answers nothing, and one that stops in the head.
    {
      answers: [
        { steps: [], ends: 'stay' },
        { steps: [{ text: RAW.slice(0, 30) }], ends: 'stay' },
      ],
    },
  ],
  cases,
  rounds: 15,
  heaviest: { answers: [...all('end'), ...all('reset')] },
  megabytes: 4,
}
