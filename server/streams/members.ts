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

/** So many memberships go into one message. */
const CHUNK = 1000

export function createMembers(parts: HubParts): Members {
  const { settings, registry, memberships, delivery, confirmations, counters } = parts
  const { limits, log } = settings

  /** @param hasChanged - Whether its topics have. Then the client learns it. */
  function confirm(client: Client, hasChanged: boolean): boolean {
    if (hasChanged) confirmations.add(client, formatId(log.epoch, delivery.placeOf(client)))
    return hasChanged
  }

  /** @param since - The number of the last event before the join. */
  function give(client: Client, by: GivenBy, topic: string, since: number): boolean {
    if (client.ended || client.given[by].has(topic)) return false
    if (!client.topics.has(topic) && registry.countOfTopic(topic) >= limits.perTopic) {
      counters.topicsRefused.full++
      return false
    }
    return confirm(client, registry.give(client, by, topic, since))
  }

  const take = (client: Client, by: GivenBy, topic: string): boolean =>
    !client.ended && client.given[by].has(topic) && confirm(client, registry.take(client, by, topic))

  function join(which: ClientSelector, topic: string, since: number): number {
    const clients = selectClients(registry, which, 'join')
    const { by, id, name } = check(which, topic, 'join')
    if (by !== 'clientId') memberships.add(by, id, name, since)
    return clients.filter((client) => give(client, by, name, since)).length
  }

  function leave(which: ClientSelector, topic: string): number {
    const clients = selectClients(registry, which, 'leave')
    const { by, id, name } = check(which, topic, 'leave')
    if (by !== 'clientId') memberships.remove(by, id, name)
    return clients.filter((client) => take(client, by, name)).length
  }

  function reset(): void {
    memberships.clear()
    for (const client of [...registry.all()]) {
      const { asked, given, topics } = client
      if (client.ended) continue
      registry.move(client, { asked, given: { ...NOTHING_GIVEN, clientId: given.clientId } })
      confirm(client, client.topics.size < topics.size)
    }
  }

  const here: Here = { join, leave, reset }
  followOthers(parts, here)
  return tellOthers(parts, here)
}

/** @param which - `selectClients` has checked it. */
function check(
  { clientId, sessionId, userId }: ClientSelector,
  topic: unknown,
  call: string,
): { readonly by: GivenBy; readonly id: string; readonly name: string } {
  const name = toTopicPattern(topic)
  if (name === undefined)
    throw new TypeError(`${call} expects a topic (${TOPIC_RULE}; or a.* or *), got ${shown(topic)}`)
  if (clientId !== undefined) return { by: 'clientId', id: clientId, name }
  return sessionId !== undefined ? { by: 'sessionId', id: sessionId, name } : { by: 'userId', id: `${userId}`, name }
}

/** The part of `members` in this process alone. */
interface Here extends Omit<Members, 'join'> {
  /** @param since - The number of the last event before it. */
  join(which: ClientSelector, topic: string, since: number): number
}

/** The same in this process, and then in the others. */
function tellOthers({ settings: { log }, delivery, others }: HubParts, here: Here): Members {
  return {
    join(which, topic) {
      const since = delivery.place
      const count = here.join(which, topic, since)
      others.tell('join', { which, topic, epoch: log.epoch, since })
      return count
    },
    leave(which, topic) {
      const count = here.leave(which, topic)
      others.tell('leave', { which, topic })
      return count
    },
    reset: here.reset,
  }
}

/** Does what the hubs of other processes do, and has them say what they have done before. */
function followOthers({ settings: { log }, memberships, delivery, others }: HubParts, here: Here): void {
  /** A number means something in its own epoch only. */
  const sinceIn = (epoch: string, since: number): number => (epoch === log.epoch ? since : delivery.place)

  others.on('join', ({ which, topic, epoch, since }) => here.join(which, topic, sinceIn(epoch, since)))
  others.on('leave', ({ which, topic }) => here.leave(which, topic))
  others.on('reset', () => here.reset())
  others.on('hello', ({ from }) => {
    const list = memberships.all()
    while (list.length) others.tell('joined', { to: from, epoch: log.epoch, list: list.splice(0, CHUNK) })
  })
  others.on('joined', ({ to, epoch, list }) => {
    if (to !== others.id) return
    for (const [by, id, topic, since] of list)
      here.join(by === 'userId' ? { userId: id } : { sessionId: id }, topic, sinceIn(epoch, since))
  })
  others.tell('hello', {})
}
