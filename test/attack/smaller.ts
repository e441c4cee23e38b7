import type { Answer, Case, Mood } from './case.ts'

/*
 * Cases that are smaller, and how they are shown.
 */

/** Whether an answer brings an event that is wanted. */
const brings = ({ steps }: Answer, want: string): boolean => {
  const [name, data] = want.split(' ')
  return steps.some(({ text = '' }) => text.replace(/\r\n?/g, '\n').includes(`event: ${name}\ndata: ${data}\n`))
}

/** One answer, one answer to a POST, or one mood of a case, alone; of a single answer, all but one step. */
export function* partsOf(whole: Case): Generator<Case> {
  const { answers, posts = [], moods = [], wants, cursor, pace } = whole
  // It is about one answer and the next request.
  if (cursor !== undefined) return
  const alone = (answers: readonly Answer[], posts: readonly Answer[], moods: readonly Mood[]): Case => ({
    ...whole,
    answers,
    ...(whole.posts && { posts }),
    ...(whole.moods && { moods }),
    ...(wants && { wants: wants.filter((want) => answers.some((answer) => brings(answer, want))) }),
  })
  const [only] = answers
  // Without its last step, a connection that stays open would be in order.
  if (only?.ends === 'end' && !pace && answers.length + posts.length + moods.length === 1)
    for (const step of only.steps.slice(1))
      yield alone([{ ...only, steps: only.steps.filter((each) => each !== step) }], [], [])
  if (answers.length + posts.length + moods.length < 2) return
  for (const answer of answers) yield alone([answer], [], [])
  for (const post of posts) yield alone([], [post], [])
  // The answers are what calls the functions.
  if (moods.length > 1) for (const mood of moods) yield alone(answers, [], [mood])
}

/** The most that is shown of a text, and of a case. */
const TEXT = 200
const CASE = 2000

/** A case as JSON, in which long texts are cut. */
export const shown = (attack: unknown): string =>
  JSON.stringify(attack, (_, value: unknown) =>
    typeof value === 'string' && value.length > TEXT ? `${value.slice(0, TEXT)}… (${value.length} in all)` : value,
  ).slice(0, CASE)
