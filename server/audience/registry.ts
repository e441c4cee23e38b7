import type { Client } from './client.ts'
import { type GivenBy, type Grants, give, take, topicsOf } from './grants.ts'
import type { Principal } from './principal.ts'
import type { Address } from './target.ts'
import { coveringPatterns } from './topic.ts'

/*
 * Everybody who is connected, found by whatever an event can be addressed to, so that an event for one user does not cost a
 * look at ten thousand clients.
 */

export interface Registry {
  readonly size: number
  readonly users: number
  /** How many topics somebody has joined, wildcards included. */
  readonly topics: number
  get(id: string): Client | undefined
  all(): Iterable<Client>
  add(client: Client): void
  /** @returns False if it was gone already. */
  remove(client: Client): boolean
  /** Joins and leaves topics. A client keeps its turn in a topic that it stays in: an event that is on its way reaches it once. */
  move(client: Client, grants: Grants): void
  /** Joins one topic more, which the server gives. @returns Whether the client has a topic more. */
  give(client: Client, by: GivenBy, topic: string, since: number): boolean
  /** Takes that back. @returns Whether the client has a topic less. */
  take(client: Client, by: GivenBy, topic: string): boolean
  countOfUser(userId: string | undefined): number
  countOfTopic(topic: string): number
  /** Everybody an event may be for: each at most once, more than those it is for. */
  candidates(to: Address): Iterable<Client>
}

export function createRegistry(): Registry {
  const clients = new Map<string, Client>()
  const byUser = createIndex()
  const bySession = createIndex()
  const byTopic = createIndex()
  /** Those who have asked for no topic. */
  const unjoined = new Set<Client>()
  /** Under which keys a client was added: its principal is the application's, and may change. */
  const keys = new Map<Client, Pick<Principal, 'userId' | 'sessionId'>>()

  function join(client: Client): void {
    for (const topic of client.topics) byTopic.add(topic, client)
    if (client.asked.size === 0) unjoined.add(client)
  }

  function leave(client: Client): void {
    for (const topic of client.topics) byTopic.remove(topic, client)
    unjoined.delete(client)
  }

  return {
    get size() {
      return clients.size
    },
    get users() {
      return byUser.size
    },
    get topics() {
      return byTopic.size
    },
    get: (id) => clients.get(id),
    all: () => clients.values(),
    add(client) {
      clients.set(client.id, client)
      const { userId, sessionId } = client.principal
      keys.set(client, { userId, sessionId })
      byUser.add(userId, client)
      bySession.add(sessionId, client)
      join(client)
    },
    remove(client) {
      if (!clients.delete(client.id)) return false
      byUser.remove(keys.get(client)?.userId, client)
      bySession.remove(keys.get(client)?.sessionId, client)
      keys.delete(client)
      leave(client)
      return true
    },
    move(client, grants) {
      const { topics: before } = client
      const { asked, given } = grants
      const topics = topicsOf(grants)
      for (const topic of before) if (!topics.has(topic)) byTopic.remove(topic, client)
      for (const topic of topics) if (!before.has(topic)) byTopic.add(topic, client)
      if (asked.size) unjoined.delete(client)
      else unjoined.add(client)
      Object.assign(client, { asked, given, topics })
    },
    give(client, by, topic, since) {
      const isNew = !client.topics.has(topic)
      give(client, by, topic, since)
      if (isNew) byTopic.add(topic, client)
      return isNew
    },
    take(client, by, topic) {
      const had = client.topics.has(topic)
      take(client, by, topic)
      const isGone = had && !client.topics.has(topic)
      if (isGone) byTopic.remove(topic, client)
      return isGone
    },
    countOfUser: (userId) => byUser.get(userId).size,
    countOfTopic: (topic) => byTopic.get(topic).size,
    candidates({ clientIds, sessionIds, userId, topic, resource }) {
      if (clientIds) return new Set(clientIds.flatMap((id) => clients.get(id) ?? []))
      if (sessionIds) return union(sessionIds.map(bySession.get))
      if (userId !== undefined) return byUser.get(userId)
      if (topic !== undefined) return union(coveringPatterns(topic).map(byTopic.get))
      if (resource !== undefined) return union([unjoined, ...coveringPatterns(resource).map(byTopic.get)])
      return clients.values()
    },
  }
}

interface Index {
  readonly size: number
  add(key: string | undefined, client: Client): void
  remove(key: string | undefined, client: Client): void
  get(key: string | undefined): ReadonlySet<Client>
}

const NOBODY: ReadonlySet<Client> = new Set()

/** Sets of clients by a key that some of them have; a key without clients is forgotten. */
function createIndex(): Index {
  const sets = new Map<string, Set<Client>>()
  return {
    get size() {
      return sets.size
    },
    add(key, client) {
      if (key === undefined) return
      const set = sets.get(key)
      if (set) set.add(client)
      else sets.set(key, new Set([client]))
    },
    remove(key, client) {
      if (key === undefined) return
      const set = sets.get(key)
      if (set?.delete(client) && set.size === 0) sets.delete(key)
    },
    get: (key) => (key === undefined ? undefined : sets.get(key)) ?? NOBODY,
  }
}

/** One of many sets is mostly all there is: then nothing is copied. A set may be named many times, and counts once. */
function union(sets: readonly ReadonlySet<Client>[]): ReadonlySet<Client> {
  const some = [...new Set(sets.filter(({ size }) => size))]
  const [only] = some
  if (some.length < 2) return only ?? NOBODY
  const all = new Set<Client>()
  for (const set of some) for (const client of set) all.add(client)
  return all
}
