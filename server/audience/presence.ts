import { shown } from '../wire/shown.ts'
import type { Client } from './client.ts'
import type { Registry } from './registry.ts'
import { checkTarget, selector } from './target.ts'

/** Which principals. Several fields narrow it together. */
export interface PresenceQuery {
  /** Principals with a stream that has joined this topic, or a wildcard that covers it. */
  readonly topic?: string
  readonly userId?: string
  readonly sessionId?: string
  readonly tenant?: string
}

/** A principal with at least one open stream. */
export interface Presence {
  readonly userId: string | undefined
  readonly sessionId: string | undefined
  readonly tenant: string | undefined
  /** Its open streams, as far as they match the query. Oldest first. */
  readonly clientIds: readonly string[]
  /** When the oldest of these streams was opened, in epoch milliseconds. */
  readonly connectedAt: number
  /** When one of these clients last showed a sign of life, in epoch milliseconds. */
  readonly lastSeen: number
}

const FIELDS = ['topic', 'userId', 'sessionId', 'tenant']

/**
 * @param query - A topic, or what narrows it. `{}` is everybody.
 * @throws TypeError for a field that does not exist, and for one without a value.
 */
export function checkPresence(query: unknown): PresenceQuery {
  if (typeof query === 'string') return { topic: query }
  const fields = typeof query === 'object' && query !== null ? Object.keys(query) : undefined
  if (!fields)
    throw new TypeError(`presence expects a topic, or an object with ${FIELDS.join(', ')}; got ${shown(query)}`)
  const strange = fields.find((name) => !FIELDS.includes(name))
  if (strange === undefined) return query as PresenceQuery
  throw new TypeError(`presence takes no ${strange.slice(0, 40)}; it takes ${FIELDS.join(', ')}`)
}

/**
 * The principals that are connected, one entry for each, in the order in which they connected. Principals are the same if they
 * have the same user, session and tenant. A client without user and session is nobody that could be recognised: it has an entry of
 * its own.
 * @throws TypeError like {@link checkTarget}.
 */
export function presenceOf(registry: Registry, query: PresenceQuery): Presence[] {
  const address = checkTarget(query)
  const matches = selector(address)
  const groups = new Map<string, Client[]>()
  for (const client of registry.candidates(address)) {
    if (!matches(client)) continue
    const key = keyOf(client)
    const group = groups.get(key)
    if (group) group.push(client)
    else groups.set(key, [client])
  }
  const present: Presence[] = []
  for (const group of groups.values()) {
    group.sort(byAge)
    const [oldest] = group
    if (!oldest) continue
    const { userId, sessionId, tenant } = oldest.principal
    present.push({
      userId,
      sessionId,
      tenant,
      clientIds: group.map(({ id }) => id),
      connectedAt: oldest.connectedAt,
      lastSeen: group.reduce((latest, { lastSeen }) => Math.max(latest, lastSeen), 0),
    })
  }
  return present.sort(byAge)
}

const byAge = (a: Pick<Client, 'connectedAt'>, b: Pick<Client, 'connectedAt'>): number => a.connectedAt - b.connectedAt

const keyOf = ({ id, principal: { userId, sessionId, tenant } }: Client): string =>
  userId === undefined && sessionId === undefined ? id : JSON.stringify([userId, sessionId, tenant])
