import type { Client } from '../audience/client.ts'
import { type ClientSelector, selectClients } from '../audience/clients.ts'
import { type GivenBy, type Grants, NOTHING_GIVEN, withGiven, withoutGiven } from '../audience/grants.ts'
import type { Memberships } from '../audience/memberships.ts'
import { TOPIC_RULE, toTopicPattern } from '../audience/topic.ts'
import { shown } from '../wire/shown.ts'
import type { Parts } from './parts.ts'
import { confirmTopics } from './subscriptions.ts'

/** Joins streams to topics because the server says so. */
export interface Members {
  /** @returns How many streams have a topic more. */
  join(which: ClientSelector, topic: string): number
  /** @returns How many streams have a topic less. */
  leave(which: ClientSelector, topic: string): number
  /** Forgets what users and sessions were joined to, and takes it from their open streams. */
  reset(): void
}

export function createMembers(parts: Parts, memberships: Memberships): Members {
  const { settings, registry, delivery, counters } = parts
  const { limits } = settings

  /** @returns Whether its topics have changed. Then the client learns it. */
  function move(client: Client, grants: Grants): boolean {
    const before = client.topics.size
    registry.move(client, grants)
    // One call only adds, or only takes away.
    if (client.topics.size === before) return false
    confirmTopics(client, parts)
    return true
  }

  function give(client: Client, by: GivenBy, topic: string): boolean {
    if (client.ended || client.given[by].has(topic)) return false
    if (!client.topics.has(topic) && registry.countOfTopic(topic) >= limits.perTopic) {
      counters.topicsRefused.full++
      return false
    }
    return move(client, withGiven(client, by, topic, delivery.place))
  }

  const take = (client: Client, by: GivenBy, topic: string): boolean =>
    !client.ended && client.given[by].has(topic) && move(client, withoutGiven(client, by, topic))

  return {
    join(which, topic) {
      const clients = selectClients(registry, which, 'join')
      const { by, id, name } = check(which, topic, 'join')
      if (by !== 'clientId') memberships.add(by, id, name, delivery.place)
      return clients.filter((client) => give(client, by, name)).length
    },
    leave(which, topic) {
      const clients = selectClients(registry, which, 'leave')
      const { by, id, name } = check(which, topic, 'leave')
      if (by !== 'clientId') memberships.remove(by, id, name)
      return clients.filter((client) => take(client, by, name)).length
    },
    reset() {
      memberships.clear()
      for (const client of [...registry.all()]) {
        const { asked, given } = client
        if (!client.ended) move(client, { asked, given: { ...NOTHING_GIVEN, clientId: given.clientId } })
      }
    },
  }
}

/** @param which - `selectClients` has checked it. */
function check(
  { clientId, sessionId, userId }: ClientSelector,
  topic: unknown,
  call: string,
): { readonly by: GivenBy; readonly id: string; readonly name: string } {
  const name = toTopicPattern(topic)
  if (name === undefined) throw new TypeError(`${call} wants a topic (${TOPIC_RULE}; or a.* or *), got ${shown(topic)}`)
  if (clientId !== undefined) return { by: 'clientId', id: clientId, name }
  return sessionId !== undefined ? { by: 'sessionId', id: sessionId, name } : { by: 'userId', id: `${userId}`, name }
}
