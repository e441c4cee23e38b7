import * as fc from 'fast-check'
import { type Answer, type Attack, type Case, head, refusal, type Step } from '../case.ts'

/*
 * Answers to what a client of a hub sends: events, and changes of its topics.
 */

const BODIES = [
  ...[
    '',
    'hi',
    '{',
    '{"a":',
    'null',
    '[]',
    '0',
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
  ],
  ...[
    '{"topics":null,"rev":"x"}',
    '{"topics":["*"],"rev":1e999}',
    '{"then":1}',
    '{"error":{"code":"x"}}',
    '\0',
    'x'.repeat(3000),
  ],
]

const answer = (status: number, ...steps: readonly Step[]): Answer =>
  refusal(status, [['content-type', 'application/json']], ...steps)

const answers: fc.Arbitrary<Answer> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.oneof(fc.integer({ min: 200, max: 599 }), fc.constantFrom(200, 201, 204, 401, 404, 410, 429, 500, 503)),
        fc.constantFrom(...BODIES),
        fc.constantFrom('end' as const, 'reset' as const),
      )
      .map(([status, text, ends]) => ({ ...answer(status, { text }), ends })),
  },
  fc.constantFrom<Answer>(
    { steps: [], ends: 'reset' },
    { steps: [], ends: 'end' },
    { steps: [{ text: 'HTTP/1.1 200 O' }], ends: 'reset' },
    { steps: [{ text: 'HTTP/1.1 103 Early Hints\r\n\r\n', times: 20 }], ends: 'end' },
    { steps: [{ text: 'HTTP/1.1 100 Continue\r\n\r\n', times: 20 }, head(200), { text: '1' }], ends: 'end' },
    { steps: [head(200, [['content-length', '100']]), { text: 'x' }], ends: 'end' },
  ),
)

const cases: fc.Arbitrary<Case> = fc.record({
  kind: fc.constant('hub' as const),
  hub: fc.constant(true),
  answers: fc.constant([]),
  posts: fc.array(answers, { minLength: 1, maxLength: 5 }),
  sends: fc.constant(1),
})

const sends = (...posts: readonly Answer[]): Case => ({ kind: 'hub', hub: true, answers: [], posts, sends: 1 })
const joins = (...posts: readonly Answer[]): Case => ({ kind: 'hub', hub: true, answers: [], posts, joins: 1 })

const LARGE: Step = { text: 'x'.repeat(1024), times: 8192 }
const silent: Answer = { steps: [], ends: 'stay' }
const huge: readonly Answer[] = [
  answer(200, LARGE),
  answer(500, LARGE),
  answer(401, LARGE),
  answer(200, { text: '['.repeat(100_000) }),
]
/** Bytes that never end, slowly. */
const endless: Answer = { steps: Array<Step>(200).fill({ text: ' ', wait: 20 }), ends: 'stay' }
const halves: Answer = { steps: [head(200), { text: '{"a":' }], ends: 'stay' }

export const posts: Attack = {
  name: 'posts',
  holds: 'survives hostile answers to send() and to changes of topics: each call ends, and the next one succeeds',
  musts: [
    sends(...BODIES.map((text) => answer(200, { text }))),
    sends(...huge),
    sends(silent, { ...endless, steps: [head(200), ...endless.steps] }, halves),
    sends(...[301, 302, 303, 307, 308, 304, 204, 205, 401, 403, 404, 418, 500, 503].map((status) => answer(status))),
    joins(answer(200, LARGE), answer(404), answer(410)),
    joins(silent, answer(500), { steps: [], ends: 'reset' }),
  ],
  cases,
  rounds: 25,
  heaviest: sends(...huge, ...huge),
  megabytes: 6,
}
