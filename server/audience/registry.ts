import type { Client } from './client.ts'
import { createClientIndex, union } from './client-index.ts'
import type { Principal } from './principal.ts'
import type { Address } from './target.ts'
import { createTopicIndex, type TopicIndex } from './topic-index.ts'

/*
 * Everybody who is connected, found by whatever an event can be addressed to, so that an event for one user does not cost a
 * look at ten thousand clients.
 */

export interface Registry extends Pick<TopicIndex, 'move' | 'give' | 'take'> {
  readonly size: number
  readonly users: number
  /** How many topics somebody has joined, wildcards included. */
  readonly topics: number
  get(id: string): Client | undefined
  all(): Iterable<Client>
  add(client: Client): void
  /** @returns False if it was gone already. */
  remove(client: Client): boolean
  countOfUser(userId: string | undefined): number
  /** Each user, and how many clients are theirs. */
  counts(): [userId: string, count: number][]
  countOfTopic(topic: string): number
  /** Everybody an event may be for: each at most once, more than those it is for. */
  candidates(to: Address): Iterable<Client>
}

export function createRegistry(): Registry {
  const clients = new Map<string, Client>()
  const byUser = createClientIndex()
  const bySession = createClientIndex()
  const byTopic = createTopicIndex()
  /** Under which keys a client was added: its principal is the application's, and may change. */
  const keys = new Map<Client, Pick<Principal, 'userId' | 'sessionId'>>()

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
      byTopic.add(client)
    },
    remove(client) {
      if (!clients.delete(client.id)) return false
      byUser.remove(keys.get(client)?.userId, client)
      bySession.remove(keys.get(client)?.sessionId, client)
      keys.delete(client)
      byTopic.remove(client)
      return true
    },
    move: byTopic.move,
    give: byTopic.give,
    take: byTopic.take,
    countOfUser: (userId) => byUser.get(userId).size,
    counts: byUser.sizes,
    countOfTopic: byTopic.count,
    candidates({ clientIds, sessionIds, userId, topic, resource }) {
      if (clientIds) return new Set(clientIds.flatMap((id) => clients.get(id) ?? []))
      if (sessionIds) return union(sessionIds.map(bySession.get))
      if (userId !== undefined) return byUser.get(userId)
      if (topic !== undefined) return byTopic.joined(topic)
      if (resource !== undefined) return byTopic.interested(resource)
      return clients.values()
    },
  }
}
