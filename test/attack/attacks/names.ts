import * as fc from 'fast-check'
import { type Attack, type Case, mark, type Step, stream, wanted } from '../case.ts'

/*
 * Names of events that are long, many, or words that an object has already.
 */

const NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'undefined', 'null'],
  ...[
    'open',
    'error',
    'message',
    'close',
    'connected',
    'ping',
    'gap',
    'goodbye',
    'subscribed',
    'live',
    'é',
    '😀',
    '0',
    'a.b',
  ],
]
/** Nobody can subscribe to these, and they may be sent all the same. */
const WILD = ['*', '.*', 'a.*', '**', ' ', '.', 'x'.repeat(10_000), 'a,b', '\ufffd', 'mark*', 'mark.', 'honest.*']

const cases: fc.Arbitrary<Case> = fc
  .record({
    kind: fc.constantFrom('sse' as const, 'native' as const),
    names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 8 }),
    wild: fc.array(fc.constantFrom(...WILD), { maxLength: 5 }),
  })
  .map(({ kind, names, wild }): Case => {
    return {
      kind,
      names,
      answers: [
        stream(
          mark(1),
          ...wild.map((name): Step => ({ text: `event: ${name}\ndata: 0\n\n` })),
          ...names.map((name, n): Step => ({ text: `event: ${name}\ndata: ${n}\n\n` })),
          mark(2),
        ),
      ],
      wants: [...wanted(1), ...names.map((name, n) => `${name} ${n}`), ...wanted(2)],
    }
  })

const between = (...steps: readonly Step[]): Case => ({
  answers: [stream(mark(1), ...steps, mark(2))],
  wants: wanted(1, 2),
})

const long: Step = { text: `event: ${'n'.repeat(10_000)}-#\ndata: #\n\n`, times: 300, counts: true }
const many: Step = { text: 'event: name-#\ndata: #\n\n', times: 100_000, counts: true }

export const names: Attack = {
  name: 'names',
  holds: 'survives hostile names of events: each event reaches its own handlers alone',
  musts: [
    between(long),
    between(many),
    between(...WILD.map((name): Step => ({ text: `event: ${name}\ndata: 1\n\n` }))),
  ],
  cases,
  rounds: 30,
  heaviest: between(long, many),
  megabytes: 4,
}
