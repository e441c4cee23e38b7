import type { Client } from '../audience/client.ts'
import { createDenials, type Denials, type Denied, deniedIn } from '../audience/denied.ts'
import { topicsOf } from '../audience/grants.ts'
import { isSame, type Principal } from '../audience/principal.ts'
import { toTopicPattern } from '../audience/topic.ts'
import { formatId } from '../log/cursor.ts'
import { countDenials } from '../observe/counters.ts'
import { Refusal } from '../wire/refusal.ts'
import type { HubParts } from './parts.ts'
import { allowedOf, denyFull, readTopics } from './request.ts'

/*
 * Joining and leaving topics while a stream is open: a POST tells the change, and the stream itself tells that it has been made.
 */

/** The answer to a change. */
export interface Subscribed {
  /** The number of the newest change that has been asked for. */
  readonly rev: number
  /** All topics of the stream now. */
  readonly topics: readonly string[]
  /** Those that were asked for and are not joined. */
  readonly denied: readonly Denied[]
  readonly deniedMore?: number
  readonly cursor: string
}

/** The same for all: whether it is another's stream or none is not to be found out. */
export const unknownClient = (): Refusal =>
  new Refusal(404, 'unknown-client', 'you have no stream with this clientId: reconnect')

/**
 * @param allows - Asks whether the principal may join topics.
 * @throws Refusal 400 for a body that says something else · 404 if there is no such stream of this principal · what `allows`
 *   throws; then the change has not been made, and may be asked for again.
 */
export async function changeTopics(
  body: Readonly<Record<string, unknown>>,
  principal: Principal,
  parts: HubParts,
  allows: (topics: readonly string[]) => Promise<readonly boolean[]>,
): Promise<Subscribed> {
  const { settings, registry, delivery, confirmations, counters } = parts
  const { log, limits } = settings
  const change = checkChange(body)
  const { rev } = change
  const client = find(registry, body['clientId'], principal)
  const denials = createDenials()
  const answer = (): Subscribed => ({
    rev: client.revision,
    topics: [...topicsOf(client)],
    denied: [],
    ...deniedIn(denials, client.topics),
    cursor: formatId(log.epoch, delivery.placeOf(client)),
  })
  client.lastSeen = settings.clock.now()
  const before = { revision: client.revision, wanted: client.wanted }
  // An older change that comes late, or the same one twice: what it says is known.
  if (rev <= before.revision) return answer()

  const wanted = wantedAfter(change, before.wanted, limits.topics, denials)
  client.revision = rev
  client.wanted = new Set(wanted)
  // The server may take away again what it gave: the client may ask for it, and then it is a grant of its own.
  const known = wanted.filter((topic) => client.asked.has(topic))
  let allowed: ReadonlySet<string>
  try {
    const asked = wanted.filter((topic) => !client.asked.has(topic))
    allowed = new Set([...known, ...(await allowedOf(asked, allows, denials))])
  } catch (error) {
    if (client.revision === rev) Object.assign(client, before)
    throw error
  }
  if (client.ended) throw unknownClient()
  // While permissions were asked for, a later change came; it knew of this one, and says what counts.
  if (client.revision !== rev) return answer()

  // Counted in the turn in which they are joined.
  const joined = wanted.filter((topic) => {
    if (!allowed.has(topic)) return false
    const free = client.topics.has(topic) || registry.countOfTopic(topic) < limits.perTopic
    if (!free) denyFull(topic, denials)
    return free
  })
  countDenials(counters, denials)
  registry.move(client, { asked: new Set(joined), given: client.given })
  client.confirmed = rev
  const done = answer()
  confirmations.send(client, done.cursor, deniedIn(denials, client.topics))
  return done
}

/** The change that a client asks for. */
interface Change {
  readonly rev: number
  readonly add: readonly unknown[]
  readonly remove: readonly unknown[]
  readonly all: readonly unknown[] | undefined
}

function checkChange({ rev, add = [], remove = [], all }: Readonly<Record<string, unknown>>): Change {
  if (typeof rev !== 'number' || !Number.isSafeInteger(rev) || rev < 1)
    throw new Refusal(400, 'rev', 'rev must be a whole number from 1, larger with each change')
  return { rev, add: list(add), remove: list(remove), all: all === undefined ? undefined : list(all) }
}

function list(names: unknown): readonly unknown[] {
  if (Array.isArray(names)) return names
  throw new Refusal(400, 'topics', 'topics must be a list of names')
}

function find(registry: HubParts['registry'], clientId: unknown, principal: Principal): Client {
  const found = typeof clientId === 'string' ? registry.get(clientId) : undefined
  if (!found || !isSame(found.principal, principal)) throw unknownClient()
  return found
}

/** All topics that the client wants now, at most `limit`. A name to be removed that is none removes nothing. */
function wantedAfter(
  { add, remove, all }: Change,
  before: ReadonlySet<string>,
  limit: number,
  denials: Denials,
): string[] {
  if (all) return readTopics(all, limit, denials)
  const removed = new Set(remove.map(toTopicPattern))
  const stays = (name: unknown): boolean => !removed.has(toTopicPattern(name) ?? '')
  return readTopics([...before, ...add].filter(stays), limit, denials)
}
