import * as fc from 'fast-check'
import { type Answer, type Attack, type Case, type Mood, mark, refusal, stream } from '../case.ts'
import { DEEDS, isPossible, PLACES } from '../moods.ts'

/*
 * The page's own functions throw, reject, never answer, answer nonsense, or call the client in the midst of a change.
 */

const mood: fc.Arbitrary<Mood> = fc
  .record({ at: fc.constantFrom(...PLACES), does: fc.constantFrom(...DEEDS) })
  .filter(isPossible)

/** What calls the functions. What such a stream brings may be lost to `reconnect()`, so nothing of it is expected. */
const answers = fc.constantFrom<Answer>(
  refusal(401),
  refusal(503),
  refusal(404),
  refusal(204),
  stream(),
  stream({ text: 'id: 1\ndata: 1\n\n' }, { text: 'id: 2\ndata: {\n\n' }),
  { steps: [], ends: 'reset' },
)

const cases: fc.Arbitrary<Case> = fc.record({
  commit: fc.boolean(),
  moods: fc.array(mood, { minLength: 1, maxLength: 12 }),
  answers: fc.array(answers, { maxLength: 4 }),
})

/** Each function does the same, twice. */
const everywhere = (does: string): Case => ({
  moods: [...PLACES, ...PLACES].map((at) => ({ at, does })).filter(isPossible),
  answers: [refusal(401), refusal(503), stream({ text: 'id: 1\ndata: 1\n\n' })],
})

const anywhere = (does: string): readonly Case[] =>
  PLACES.filter((at) => isPossible({ at, does })).map((at) => ({
    moods: [{ at, does }],
    answers: [refusal(401), refusal(503)],
  }))

export const callbacks: Attack = {
  name: 'callbacks',
  holds: 'survives functions of the page that misbehave: honest events arrive, and after close() nothing does',
  musts: [...DEEDS.map(everywhere), ...['close', 'disconnect', 'reconnect'].flatMap(anywhere)],
  cases,
  rounds: 25,
  heaviest: {
    moods: Array.from({ length: 2000 }, () => ({ at: 'handler', does: 'reject' })),
    answers: [stream({ text: 'id: #\ndata: #\n\n', times: 2000, counts: true }, mark(1))],
    wants: ['mark 1'],
  },
  megabytes: 4,
}
