import type { Gap } from 'headwater'
import type { Verdict } from '../verdict.ts'

/*
 * What one client heard, and whether that is what the documents promise: every event of a topic once and in order, or a gap that
 * names what was lost.
 */

/** What an application notes. `topic` is `everyone` for events that are for everyone. */
export type Entry =
  | { readonly kind: 'event'; readonly topic: string; readonly n: number; readonly id: string }
  | { readonly kind: 'gap'; readonly gap: Gap }
  | { readonly kind: 'open'; readonly recovered: boolean | 'unknown' }
  /** It asks for the topic, perhaps while the server still carries out that it left: until `joined`, nothing is promised. */
  | { readonly kind: 'joining'; readonly topic: string }
  /** The server has confirmed the topic: what was published before may be missing. */
  | { readonly kind: 'joined'; readonly topic: string }
  /** What it loaded, or what came, does not fit what it had. */
  | { readonly kind: 'misfit'; readonly topic: string; readonly text: string }

/** What was published: the id of each event by its number, for each topic. The first event has the number 1. */
export type Published = ReadonlyMap<string, readonly (string | undefined)[]>

/** Where an id stands among all that were published. Undefined for what is no id of these logs. */
export function placeOf(id: string, epochs: readonly string[]): readonly [epoch: number, seq: number] | undefined {
  const dash = id.lastIndexOf('-')
  const epoch = epochs.indexOf(id.slice(0, dash))
  const seq = Number(id.slice(dash + 1))
  return epoch < 0 || !Number.isInteger(seq) ? undefined : [epoch, seq]
}

const compare = (one: readonly [number, number], other: readonly [number, number]): number =>
  one[0] - other[0] || one[1] - other[1]

/** Whether a gap names an event: it lies behind what was requested, and not behind the place where the stream goes on. */
export function names({ requested, resumedFrom }: Gap, id: string, epochs: readonly string[]): boolean {
  const [from, to, at] = [requested, resumedFrom, id].map((each) => placeOf(each, epochs))
  if (!at || !to) return false
  return (!from || compare(from, at) < 0) && compare(at, to) <= 0
}

/** What is known of one topic. */
interface Topic {
  /** The number of the last event, 0 if there was none since it was joined. */
  last: number
  /** The highest number ever. */
  highest: number
  readonly seen: Set<number>
  /** The gaps since the last event. */
  gaps: Gap[]
  /** It was asked for, and is not confirmed yet. */
  isJoining: boolean
}

/**
 * @param epochs - Of the logs that there were, in order.
 * @returns What the history of one client shows.
 */
export function judge(history: readonly Entry[], published: Published, epochs: readonly string[]): Verdict {
  const topics = new Map<string, Topic>()
  const gaps: Record<string, number> = {}
  const verdict = { events: 0, gaps, missed: 0, lost: [], doubled: [], disordered: [], wrong: [] } as Verdict & {
    events: number
    missed: number
  } & Record<'lost' | 'doubled' | 'disordered' | 'wrong', string[]>

  const topicOf = (name: string): Topic => {
    const topic = topics.get(name) ?? { last: 0, highest: 0, seen: new Set(), gaps: [], isJoining: false }
    topics.set(name, topic)
    return topic
  }

  function takeEvent({ topic: name, n, id }: Entry & { readonly kind: 'event' }): void {
    const topic = topicOf(name)
    const ids = published.get(name) ?? []
    verdict.events++
    if (ids[n] !== id) verdict.wrong.push(`${name} ${n} came with the id ${id}, and was published with ${ids[n]}`)
    if (topic.seen.has(n)) return void verdict.doubled.push(`${name} ${n}`)
    topic.seen.add(n)
    if (n < topic.highest) return void verdict.disordered.push(`${name} ${n} after ${topic.highest}`)
    for (let missing = topic.last + 1; topic.last > 0 && missing < n; missing++) {
      const own = ids[missing] ?? ''
      if (topic.gaps.some((gap) => names(gap, own, epochs))) verdict.missed++
      else verdict.lost.push(`${name} ${missing} (${own}), between ${topic.last} and ${n}`)
    }
    topic.last = topic.isJoining ? 0 : n
    topic.highest = n
    topic.gaps = []
  }

  for (const entry of history) {
    if (entry.kind === 'event') takeEvent(entry)
    else if (entry.kind === 'joining' || entry.kind === 'joined')
      Object.assign(topicOf(entry.topic), { last: 0, isJoining: entry.kind === 'joining' })
    else if (entry.kind === 'misfit') verdict.wrong.push(`${entry.topic}: ${entry.text}`)
    else if (entry.kind === 'gap') {
      gaps[entry.gap.reason] = (gaps[entry.gap.reason] ?? 0) + 1
      for (const topic of topics.values()) topic.gaps.push(entry.gap)
    }
  }
  return verdict
}
