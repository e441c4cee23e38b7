import type { Client } from '../audience/client.ts'
import { type ClientSelector, selectClients } from '../audience/clients.ts'
import { type GivenBy, NOTHING_GIVEN } from '../audience/grants.ts'
import { TOPIC_RULE, toTopicPattern } from '../audience/topic.ts'
import { formatId } from '../log/cursor.ts'
import { shown } from '../wire/shown.ts'
import type { HubParts } from './parts.ts'

/** Joins streams to topics because the server says so. */
export interface Members {
  /** @returns How many streams have a topic more. */
  join(which: ClientSelector, topic: string): number
  /** @returns How many streams have a topic less. */
  leave(which: ClientSelector, topic: string): number
  /** Forgets what users and sessions were joined to, and takes it from their open streams. */
  reset(): void
}

export function createMembers(parts: HubParts): Members {
  const { settings, registry, memberships, delivery, confirmations, counters } = parts
  const { limits, log } = settings

  /** @param hasChanged - Whether its topics have. Then the client learns it. */
  function confirm(client: Client, hasChanged: boolean): boolean {
    if (hasChanged) confirmations.add(client, formatId(log.epoch, delivery.placeOf(client)))
    return hasChanged
  }

  function give(client: Client, by: GivenBy, topic: string): boolean {
    if (client.ended || client.given[by].has(topic)) return false
    if (!client.topics.has(topic) && registry.countOfTopic(topic) >= limits.perTopic) {
      counters.topicsRefused.full++
      return false
    }
    return confirm(client, registry.give(client, by, topic, delivery.place))
  }

  const take = (client: Client, by: GivenBy, topic: string): boolean =>
    !client.ended && client.given[by].has(topic) && confirm(client, registry.take(client, by, topic))

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
        const { asked, given, topics } = client
        if (client.ended) continue
        registry.move(client, { asked, given: { ...NOTHING_GIVEN, clientId: given.clientId } })
        confirm(client, client.topics.size < topics.size)
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
