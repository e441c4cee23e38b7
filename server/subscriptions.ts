import { checkTopics } from './address.ts'
import type { Client } from './client.ts'
import { formatId } from './cursor.ts'
import type { Delivery } from './delivery.ts'
import { subscribedFrame } from './frames.ts'
import { Refusal } from './http.ts'
import { isSame, type Principal } from './principal.ts'
import type { Registry } from './registry.ts'
import type { HubSettings } from './settings.ts'
import type { Streams } from './streams.ts'

/*
 * Joining and leaving topics while a stream is open: a POST tells the change, and the stream itself tells that it has been made.
 */

/** Why a topic was not joined: `denied` by `authorize`, or `full`. */
export interface Denied {
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
 *   topics.
 */
export async function changeTopics(
  body: Readonly<Record<string, unknown>>,
  principal: Principal,
  { log, limits }: Pick<HubSettings, 'log' | 'limits'>,
  registry: Registry,
  delivery: Delivery,
  streams: Streams,
  allows: (topic: string) => Promise<boolean>,
): Promise<Subscribed> {
  const { clientId, rev } = body
  if (typeof rev !== 'number' || !Number.isSafeInteger(rev) || rev < 1)
    throw new Refusal(400, 'rev', 'rev wants to be a whole number from 1, larger with each change')
  const { add = [], remove = [], all } = body
  const [joining, leaving, whole] = [
    checkTopics(add),
    checkTopics(remove),
    all === undefined ? undefined : checkTopics(all),
  ]
  const client = registry.get(`${clientId}`)
  if (!client || !isSame(client.principal, principal)) throw unknown()
  const answer = (denied: readonly Denied[]): Subscribed => ({
    rev: client.revision,
    topics: [...client.topics],
    denied,
    cursor: formatId(log.epoch, client.live ? delivery.place : client.after),
  })
  // An older change that comes late, or the same one twice: what it says is known.
  if (rev <= client.revision) return answer([])

  const wanted = new Set(whole ?? [...client.wanted, ...joining])
  if (!whole) for (const topic of leaving) wanted.delete(topic)
  if (wanted.size > limits.topics)
    throw new Refusal(429, 'topics', `a client may join ${limits.topics} topics, not ${wanted.size}`, {
      'retry-after': '30',
    })
  client.revision = rev
  client.wanted = wanted
  const granted = new Set<string>()
  const denied: Denied[] = []
  for (const topic of wanted) {
    const joined = client.topics.has(topic)
    if (!joined && !(await allows(topic))) denied.push({ topic, code: 'denied' })
    else if (!joined && registry.countOfTopic(topic) >= limits.perTopic) denied.push({ topic, code: 'full' })
    else granted.add(topic)
  }
  if (client.ended) throw unknown()
  // While permissions were asked for, a later change came; it knew of this one, and says what counts.
  if (client.revision === rev) apply(client, granted)
  return answer(denied)

  function apply(client: Client, topics: ReadonlySet<string>): void {
    registry.move(client, topics)
    const { cursor } = answer([])
    streams.tell(client, subscribedFrame(rev as number, [...topics], cursor))
  }
}
