import * as fc from 'fast-check'
import { type Answer, type Attack, type Case, head, mark, refusal, STREAM, wanted } from '../case.ts'

/*
 * Statuses, and header fields that are long, doubled, missing or nonsense.
 */

type Field = readonly [name: string, value: string]

const NUMBERS = [
  '0',
  '-1',
  '-0',
  'NaN',
  '1e999',
  '1e-999',
  '0x10',
  '99999999999999999999',
  '',
  ' ',
  '1,2',
  '१',
  'Infinity',
  '1.5',
]
const DATES = ['Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', '9'.repeat(5000), 'yesterday', '-1']
/** What a careless expression takes a square of the time for. */
const LONG = ['/', ',', '"', ';', ' ', '\t', '\\', '="', 'a/b,', '; a="', 'text/event-stream,']

const types: readonly string[] = [
  ...['text/html', 'TEXT/Event-Stream', 'text/event-stream;charset=utf-16', 'text/event-stream, text/html', '*/*', ';'],
  ...[
    'text/event-stream;',
    ' text/event-stream ',
    '"text/event-stream"',
    'text/event-streaming',
    'text/event',
    '__proto__',
  ],
]

/** A stream behind such fields, which opens or not. */
const behind = (fields: readonly Field[], status = 200): Answer => ({
  steps: [head(status, fields), { text: 'data: "behind"\n\n' }],
  ends: 'end',
})

const fields = fc.oneof(
  fc.tuple(fc.constantFrom('retry-after', 'x-sse-heartbeat', 'age'), fc.constantFrom(...NUMBERS, ...DATES)),
  fc.tuple(fc.constantFrom('date', 'last-modified', 'retry-after'), fc.constantFrom(...DATES, ...NUMBERS)),
  fc.tuple(fc.constant('content-type'), fc.constantFrom(STREAM, ...types)),
  fc.tuple(
    fc.constantFrom('content-type', 'retry-after', 'date', 'x-sse-heartbeat', 'x-other'),
    fc
      .tuple(fc.constantFrom(...LONG), fc.constantFrom(10, 1000, 7000))
      .map(([text, times]) => `${STREAM}${text.repeat(times / text.length)}`),
  ),
  fc.tuple(
    fc.constantFrom('set-cookie', 'location', 'vary', 'content-disposition'),
    fc.constantFrom('a=b', '*', '', '//'),
  ),
  fc.tuple(fc.constantFrom('content-length'), fc.constantFrom('0', '5', '100000', '-1', 'x')),
) as fc.Arbitrary<Field>

/** Without those that come before a response, and never end one. */
const statuses = fc.oneof(
  fc.integer({ min: 200, max: 599 }),
  fc.constantFrom(200, 204, 205, 304, 401, 403, 404, 407, 408, 409, 410, 412, 418, 425, 426, 429, 431, 500, 503, 599),
)

const answers = fc
  .tuple(statuses, fc.array(fields, { maxLength: 4 }))
  .map(([status, list]): Answer => behind(list, status))

const cases: fc.Arbitrary<Case> = fc
  .record({
    kind: fc.constantFrom('sse', 'sse', 'hub', 'native', 'request'),
    answers: fc.array(answers, { minLength: 1, maxLength: 3 }),
  })
  .map((one): Case => ({ ...one, hub: one.kind === 'hub' }) as Case)

const odd: readonly Answer[] = [
  // Fields that are doubled, or that end in the middle.
  behind([
    ['content-type', STREAM],
    ['content-type', STREAM],
  ]),
  behind([
    ['content-type', STREAM],
    ['content-type', 'text/html'],
  ]),
  behind([]),
  { steps: [{ text: 'HTTP/1.1 200 OK\r\ncontent-type' }], ends: 'end' },
  { steps: [{ text: 'HTTP/9.9 200 OK\r\n\r\n' }], ends: 'end' },
  { steps: [{ text: 'HTTP/1.1 1000 OK\r\n\r\n' }], ends: 'end' },
  { steps: [{ text: 'HTTP/1.1 099 OK\r\n\r\n' }], ends: 'end' },
  { steps: [{ text: '\0'.repeat(1000) }], ends: 'end' },
  { steps: [{ text: 'data: no head at all\n\n' }], ends: 'end' },
  // What comes before a response, many times, and then nothing.
  { steps: [{ text: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', times: 50 }], ends: 'end' },
  { steps: [{ text: 'HTTP/1.1 100 Continue\r\n\r\n' }], ends: 'end' },
  { steps: [{ text: 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n' }], ends: 'end' },
]

const long: readonly Answer[] = LONG.flatMap((text) =>
  [15_000, 100_000].map((length) => behind([['content-type', `${STREAM}${text.repeat(length / text.length)}x`]], 200)),
)

const hints: Answer = {
  steps: [{ text: 'HTTP/1.1 103 Early Hints\r\n\r\n' }, head(200, [['content-type', STREAM]]), mark(1)],
  ends: 'end',
}

const musts: readonly Case[] = [
  ...odd.map((answer) => ({ answers: [answer] })),
  ...long.map((answer) => ({ answers: [answer] })),
  { answers: [hints], wants: wanted(1) },
  ...NUMBERS.map((value) => ({
    answers: [
      refusal(503, [['retry-after', value]]),
      behind([
        ['content-type', STREAM],
        ['x-sse-heartbeat', value],
      ]),
    ],
  })),
  ...[204, 205, 304, 401, 407, 418, 426].map((status) => ({
    answers: [refusal(status), refusal(status), refusal(status)],
  })),
]

export const headers: Attack = {
  name: 'headers',
  holds: 'survives hostile statuses and headers: the next honest events arrive',
  musts,
  cases,
  rounds: 25,
  heaviest: { answers: long.slice(0, 6) },
  megabytes: 4,
}
