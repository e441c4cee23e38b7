import type { EventMap } from '../src/index.ts'
import { type ClientInfo, describeClient } from './audience/client.ts'
import { type ClientSelector, selectClients } from './audience/clients.ts'
import { checkPresence, type Presence, type PresenceQuery, presenceOf } from './audience/presence.ts'
import type { Identity, Principal } from './audience/principal.ts'
import { createAccept } from './http/accept.ts'
import { streamResponse } from './http/fetch.ts'
import type { Accept } from './http/host.ts'
import type { Known } from './http/verdict.ts'
import type { HubObserver } from './observe/observers.ts'
import type { HubStats } from './observe/stats.ts'
import { drainOf } from './options/drain.ts'
import type { HubOptions } from './options/options.ts'
import type { On } from './publish/event-listeners.ts'
import type { Publish } from './publish/publish.ts'
import { createPublishTo, type PublishToTargets } from './publish/publish-to.ts'
import { createShapes, type Shapes } from './publish/shapes.ts'
import { type Assembly, assemble } from './streams/assembly.ts'
import { reportTo } from './streams/context.ts'

/**
 * A server of event streams. `E`: its events. `P`: its principals, as `authenticate` returns them. A function that takes any hub of
 * these events takes a `Hub<E>`.
 */
export interface Hub<E = Record<string, unknown>, P extends Identity = Identity> extends Shapes, PublishToTargets<E> {
  /**
   * Answers a request: GET opens a stream, POST publishes or changes topics; `…/stats`, `…/reset` and `…/health` are what they say.
   * @param known - `{ principal }`: who makes the request, if you know it already. It takes the place of `authenticate`.
   */
  fetch(request: Request, known?: Known): Promise<Response>
  /** The same for hosts that carry the bytes of a stream themselves, as `toNodeHandler` does. */
  readonly accept: Accept
  /**
   * Publishes an event. With the memory log, it is on its way when this returns; the promise tells what became of it. It rejects
   * with a TypeError for a name, a target or data that cannot be sent, with what the log throws, and once the hub has been closed.
   */
  readonly publish: Publish<E>
  /**
   * Ends streams: all of a user, all of a session, or one. The client reconnects, and `authenticate` decides again.
   * @returns How many streams it ended.
   * @throws TypeError for anything but one of `{ userId }`, `{ sessionId }` and `{ clientId }`.
   */
  kick(which: ClientSelector): number
  /**
   * Joins streams to a topic, or to a wildcard: all of a user, all of a session, or one. `authorize` is not asked, as the server
   * itself says so, and `limits.topics` does not count it. The clients learn it from `subscribed`, once for all
   * joins of a turn, and get what is published from now on. Joined to a user or a session, it holds until {@link Hub.leave} or {@link Hub.reset} for all streams that they open,
   * and this hub remembers it in its memory: join again after a restart. Joined to a `clientId`, it ends with that connection.
   * @returns How many open streams have a topic more. A stream is left out that has it already, and one for which the topic is
   *   full (`limits.perTopic`): that is counted in `topicsRefused.full`.
   * @throws TypeError for anything but one of `{ userId }`, `{ sessionId }` and `{ clientId }`, and for a name that cannot be
   *   joined. Error if `limits.memberships` is reached; then nothing has changed.
   */
  join(which: ClientSelector, topic: string): number
  /**
   * Takes back a {@link Hub.join} that was made with the same name of the stream. A topic that the client itself asked for stays.
   * @returns How many open streams have a topic less.
   * @throws TypeError like {@link Hub.join}.
   */
  leave(which: ClientSelector, topic: string): number
  /** The open streams, and whose they are. Send none of it to clients. */
  clients(): ClientInfo<P>[]
  /**
   * Who is connected: one entry for each principal, however many streams it has open. Without an argument, everybody.
   * @param query - A topic, or `{ topic, userId, sessionId, tenant }`, which narrow it together.
   * @throws TypeError for `undefined`, for a field without a value, and for one that does not exist.
   */
  presence(query?: string | PresenceQuery): Presence[]
  /**
   * Code of this process hears events: `(data, event) => …`, of one name or of all (`'*'`), each once, in the order of the log.
   * It is the server, so neither filter nor target keep an event from it. What a listener throws goes to `onError`.
   * @returns Removes the listener.
   * @throws TypeError for what is no name or no function.
   */
  readonly on: On<E>
  stats(): HubStats
  /** Adds callbacks like those of the options. @returns Takes them away again. */
  observe(observer: HubObserver<P>): () => void
  /**
   * Empties the log, under another epoch, sets the counts to 0, and forgets what users and sessions were joined to by
   * {@link Hub.join}. Every client that is connected learns of a gap.
   */
  reset(): Promise<void>
  /**
   * Ends everything: nobody is let in any more (503), and everybody is asked to come back within `drain` milliseconds, each at
   * another time. Resolves when all have gone, or `drain` is over.
   * @param options - `drain`: milliseconds, by default 0, at once.
   * @throws TypeError for other options, and for a `drain` that is no finite number from 0.
   */
  close(options?: { readonly drain?: number }): Promise<void>
}

/**
 * Makes a server of event streams, for `createSSE` and every other client.
 *
 * @example
 * const hub = createHub<Events>({ authenticate: (request) => sessions.find(readToken(request)) })
 * http.createServer(toNodeHandler(hub)).listen(8080)
 * await hub.publish('order.updated', order, { topic: 'orders' })
 *
 * @throws SSEError with code `options` if an option cannot work.
 */
export function createHub<E extends EventMap = Record<string, unknown>, P extends Identity = Principal>(
  options?: HubOptions<P, E>,
): Hub<E, P>
export function createHub(options: HubOptions = {}): Hub<Record<string, unknown>, Principal> {
  const parts = assemble(options)
  const { settings, registry, streams, members, intake, listeners, observers, stats } = parts
  const publish: Publish<Record<string, unknown>> = async (type, data, given = {}) =>
    intake.send(intake.check(type, data, given))
  const reset = (): Promise<void> => resetAll(parts)
  const accept = createAccept({ ...parts, reset })
  let closed: Promise<void> | undefined

  return {
    // Platforms call it with arguments of their own behind the request, an environment or a server.
    fetch: (request, known) => streamResponse(accept, request, Object(known)),
    accept,
    publish,
    ...createPublishTo(publish),
    ...createShapes(publish, settings.clock.now, reportTo(parts, 'notifyAfter')),
    kick(which) {
      const found = selectClients(registry, which, 'kick')
      for (const client of found) streams.end(client, 'kicked')
      return found.length
    },
    join: members.join,
    leave: members.leave,
    clients: () => Array.from(registry.all(), describeClient),
    // Undefined, from a variable that should have had a topic, must not be everybody.
    presence: (...query) => presenceOf(registry, checkPresence(query.length ? query[0] : {})),
    on: listeners.on,
    stats: stats.read,
    observe: observers.add,
    reset,
    close(options) {
      const drain = drainOf(options, 0, Number.MAX_VALUE)
      closed ??= close(parts, drain)
      return closed
    },
  }
}

async function resetAll({ settings, intake, members, stats }: Assembly): Promise<void> {
  intake.reset()
  await settings.log.reset()
  members.reset()
  stats.reset()
}

async function close({ intake, shutdown }: Assembly, drain: number): Promise<void> {
  const held = intake.close()
  // Not a turn later if nothing was held: nobody may come in meanwhile.
  if (held) await held
  await shutdown.close(drain)
}
