/*
 * The topics of a stream have two sources: its client asked for them, or the server itself joined the stream to them. Neither
 * takes away what the other gives.
 */

/** How the server named the stream that it joined to a topic. */
export type GivenBy = 'clientId' | 'sessionId' | 'userId'

/** Topics, each with the number of the last event before it was given: that event and earlier ones are not replayed for it. */
export type Since = ReadonlyMap<string, number>

/** The topics that the server has joined a stream to, by each name that the stream has. */
export type Given = Readonly<Record<GivenBy, Since>>

export interface Grants {
  /** The topics that the client asked for and was granted. */
  readonly asked: ReadonlySet<string>
  readonly given: Given
}

const NONE: Since = new Map()

/** Shared by all streams that are given nothing. */
export const NOTHING_GIVEN: Given = { clientId: NONE, sessionId: NONE, userId: NONE }

const SOURCES = ['clientId', 'sessionId', 'userId'] as const

/** All topics that a stream is joined to, those that it asked for first. */
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

/**
 * The topics of a stream that is open. {@link give} and {@link take} change them in place: with a copy for each, a thousand joins
 * of one stream would stop the server for a second.
 */
export interface Joined extends Grants {
  given: Given
  /** All of them, in no order. The very set that was asked for where nothing else is given. */
  topics: ReadonlySet<string>
}

/** @param since - The number of the last event before. */
export function give(joined: Joined, by: GivenBy, topic: string, since: number): void {
  const own = joined.given[by] === NONE ? new Map<string, number>() : (joined.given[by] as Map<string, number>)
  if (own.size === 0) joined.given = { ...joined.given, [by]: own }
  own.set(topic, since)
  if (joined.topics.has(topic)) return
  const topics = joined.topics === joined.asked ? new Set(joined.asked) : (joined.topics as Set<string>)
  joined.topics = topics.add(topic)
}

/** The topic stays if the client asked for it, or if it was given by another name too. */
export function take(joined: Joined, by: GivenBy, topic: string): void {
  const { asked, given } = joined
  if (given[by] !== NONE) (given[by] as Map<string, number>).delete(topic)
  if (joined.topics !== asked && !asked.has(topic) && !SOURCES.some((each) => given[each].has(topic)))
    (joined.topics as Set<string>).delete(topic)
  if (SOURCES.every((each) => given[each].size === 0)) joined.topics = asked
}
