import type { Since } from './grants.ts'

/*
 * The topics that the server has joined users and sessions to. It outlives their connections: a stream that they open later
 * is joined too. It lives in the memory of this hub.
 */

/** Memberships that outlive a connection. */
type Holder = 'sessionId' | 'userId'

/** One topic of a user or a session, and the number of the last event before it. */
export type Membership = readonly [by: Holder, id: string, topic: string, since: number]

export interface Memberships {
  /** How many are remembered: one for each topic of each user and session. */
  readonly size: number
  /** The topics of a user or a session, at this moment. It changes with later calls. */
  of(by: Holder, id: string | undefined): Since
  /**
   * Remembers one. One that is remembered already stays as it is.
   * @param since - The number of the last event before it.
   * @throws Error if too many are remembered.
   */
  add(by: Holder, id: string, topic: string, since: number): void
  remove(by: Holder, id: string, topic: string): void
  /** All that are remembered. */
  all(): Membership[]
  /** The log has begun again: all its events come after these. */
  restart(): void
  clear(): void
}

const NONE: Since = new Map()

/** @param limit - How many may be remembered. */
export function createMemberships(limit: number): Memberships {
  const held: Readonly<Record<Holder, Map<string, Map<string, number>>>> = { sessionId: new Map(), userId: new Map() }
  let size = 0
  return {
    get size() {
      return size
    },
    of: (by, id) => (id === undefined ? undefined : held[by].get(id)) ?? NONE,
    add(by, id, topic, since) {
      const topics = held[by].get(id) ?? new Map<string, number>()
      if (topics.has(topic)) return
      if (size >= limit)
        throw new Error(
          `join remembers ${limit} topics of users and sessions, and no more: leave some, or raise limits.memberships`,
        )
      topics.set(topic, since)
      held[by].set(id, topics)
      size++
    },
    remove(by, id, topic) {
      const topics = held[by].get(id)
      if (!topics?.delete(topic)) return
      size--
      if (topics.size === 0) held[by].delete(id)
    },
    all: () =>
      (['sessionId', 'userId'] as const).flatMap((by) =>
        [...held[by]].flatMap(([id, topics]) =>
          [...topics].map(([topic, since]): Membership => [by, id, topic, since]),
        ),
      ),
    restart() {
      for (const holders of Object.values(held))
        for (const topics of holders.values()) for (const topic of topics.keys()) topics.set(topic, 0)
    },
    clear() {
      for (const holders of Object.values(held)) holders.clear()
      size = 0
    },
  }
}
