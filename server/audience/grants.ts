/*
 * The topics of a stream have two sources: its client asked for them, or the server itself joined the stream to them. Neither
 * takes away what the other gives.
 */

/** How the server named the stream that it joined to a topic. */
export type GivenBy = 'clientId' | 'sessionId' | 'userId'

/** Topics, each with the number of the last event before it was given: that event and earlier ones are not replayed for it. */
export type Since = ReadonlyMap<string, number>

/** What the server has joined a stream to, by each name that the stream has. */
export type Given = Readonly<Record<GivenBy, Since>>

export interface Grants {
  /** What the client asked for and was granted. */
  readonly asked: ReadonlySet<string>
  readonly given: Given
}

const NONE: Since = new Map()

/** Shared by all streams that are given nothing. */
export const NOTHING_GIVEN: Given = { clientId: NONE, sessionId: NONE, userId: NONE }

const SOURCES = ['clientId', 'sessionId', 'userId'] as const

/** All topics that a stream is joined to. */
export function topicsOf({ asked, given }: Grants): ReadonlySet<string> {
  if (SOURCES.every((by) => given[by].size === 0)) return asked
  return new Set([...asked, ...SOURCES.flatMap((by) => [...given[by].keys()])])
}

/** The topics that count for an event with this number. @param topics - All of them, as {@link topicsOf} says. */
export function topicsAt(
  { asked, given, topics }: Grants & { readonly topics: ReadonlySet<string> },
  seq: number,
): ReadonlySet<string> {
  if (topics === asked || !SOURCES.some((by) => hasLater(given[by], seq))) return topics
  const counting = new Set(asked)
  for (const by of SOURCES) for (const [topic, since] of given[by]) if (since < seq) counting.add(topic)
  return counting
}

function hasLater(topics: Since, seq: number): boolean {
  for (const since of topics.values()) if (since >= seq) return true
  return false
}

export const withGiven = ({ asked, given }: Grants, by: GivenBy, topic: string, since: number): Grants => ({
  asked,
  given: { ...given, [by]: new Map([...given[by], [topic, since]]) },
})

export function withoutGiven({ asked, given }: Grants, by: GivenBy, topic: string): Grants {
  const left = new Map(given[by])
  left.delete(topic)
  return { asked, given: { ...given, [by]: left.size ? left : NONE } }
}
