import type { Client } from '../audience/client.ts'
import { isSame, type Principal } from '../audience/principal.ts'
import { formatId } from '../log/cursor.ts'
import { subscribedFrame } from '../wire/frames.ts'
import { Refusal } from '../wire/refusal.ts'
import type { Parts } from './parts.ts'
import { checkTopics, limitTopics } from './request.ts'

/*
 * Joining and leaving topics while a stream is open: a POST tells the change, and the stream itself tells that it has been made.
 */

/** Why a topic was not joined: `denied` by `authorize`, or `full`. */
interface Denied {
  readonly topic: string
  readonly code: 'denied' | 'full'
}

/** The answer to a change. */
export interface Subscribed {
  /** The number of the newest change that has been asked for. */
  readonly rev: number
  /** All topics of the stream, as of now. */
  readonly topics: readonly string[]
  readonly denied: readonly Denied[]
  readonly cursor: string
}

/** The same for all: whether it is another's stream or none is not to be found out. */
const unknown = (): Refusal => new Refusal(404, 'unknown-client', 'you have no stream with this clientId: connect anew')

/**
 * @param allows - Asks whether the principal may join a topic.
 * @throws Refusal 400 for a body that says something else · 404 if there is no such stream of this principal · 429 for too many
 *   topics · what `allows` throws; then the change has not been made, and may be asked for again.
 */
export async function changeTopics(
  body: Readonly<Record<string, unknown>>,
  principal: Principal,
  { settings, registry, delivery, streams }: Parts,
  allows: (topic: string) => Promise<boolean>,
): Promise<Subscribed> {
  const { log, limits } = settings
  const { clientId, rev, add = [], remove = [], all } = body
  if (typeof rev !== 'number' || !Number.isSafeInteger(rev) || rev < 1)
    throw new Refusal(400, 'rev', 'rev wants to be a whole number from 1, larger with each change')
  const [joining, leaving, whole] = [
    checkTopics(add),
    checkTopics(remove),
    all === undefined ? undefined : checkTopics(all),
  ]
  const found = typeof clientId === 'string' ? registry.get(clientId) : undefined
  if (!found || !isSame(found.principal, principal)) throw unknown()
  const client: Client = found
  const answer = (denied: readonly Denied[]): Subscribed => ({
    rev: client.revision,
    topics: [...client.topics],
    denied,
    cursor: formatId(log.epoch, client.live ? delivery.place : client.after),
  })
  const before = { revision: client.revision, wanted: client.wanted }
  // An older change that comes late, or the same one twice: what it says is known.
  if (rev <= before.revision) return answer([])

  const wanted = new Set(whole ?? [...before.wanted, ...joining])
  if (!whole) for (const topic of leaving) wanted.delete(topic)
  limitTopics(wanted.size, limits.topics)
  client.revision = rev
  client.wanted = wanted
  const denied: Denied[] = []
  const allowed: string[] = []
  try {
    for (const topic of wanted)
      if (client.topics.has(topic) || (await allows(topic))) allowed.push(topic)
      else denied.push({ topic, code: 'denied' })
  } catch (error) {
    if (client.revision === rev) Object.assign(client, before)
    throw error
  }
  if (client.ended) throw unknown()
  // While permissions were asked for, a later change came; it knew of this one, and says what counts.
  if (client.revision !== rev) return answer(denied)

  // Counted in the turn in which they are joined.
  const joined = allowed.filter((topic) => {
    const free = client.topics.has(topic) || registry.countOfTopic(topic) < limits.perTopic
    if (!free) denied.push({ topic, code: 'full' })
    return free
  })
  registry.move(client, new Set(joined))
  const done = answer(denied)
  streams.tell(client, subscribedFrame(rev, joined, done.cursor))
  return done
}
