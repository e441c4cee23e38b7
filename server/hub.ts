import type { EventMap } from '../src/index.ts'
import { type ClientInfo, describeClient } from './audience/client.ts'
import type { ClientSelector } from './audience/clients.ts'
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
import type { HubProcess } from './streams/census.ts'
import { reportTo } from './streams/context.ts'

/**
 * A server of event streams. `E`: its events. `P`: its principals, as `authenticate` returns them. A function that takes any hub of
 * these events takes a `Hub<E>`.
 */
export interface Hub<E = Record<string, unknown>, P extends Identity = Identity> extends Shapes, PublishToTargets<E> {
  /**
   * Answers a request. GET opens a stream. POST publishes an event, or changes the topics of a stream. `…/stats`, `…/metrics`,
   * `…/reset` and `…/health` are answered too.
   * @param known - `{ principal }`: who makes the request, if you know it already. It replaces `authenticate`. Other fields are ignored,
   *   as platforms pass arguments of their own.
   */
  fetch(request: Request, known?: Known): Promise<Response>
  /** The same for hosts that write the bytes of a stream themselves, as `toNodeHandler` does. */
  readonly accept: Accept
  /**
   * Publishes an event. With a log in memory, the event is on its way when this returns. The promise resolves with its id and the
   * number of streams that got it at once. It rejects with a TypeError for a name, a target or data that cannot be sent, with what
   * the log or the mailbox throws, and after the hub was closed.
   */
  readonly publish: Publish<E>
  /**
   * Ends streams: all of a user, all of a session, or one, in all processes. The client reconnects, and `authenticate` decides again.
   * @returns How many streams of this process it ended.
   * @throws TypeError for anything but one of `{ userId }`, `{ sessionId }` and `{ clientId }`.
   */
  kick(which: ClientSelector): number
  /**
   * Joins streams to a topic, or to a wildcard: all of a user, all of a session, or one. The hub does not ask `authorize`, and
   * `limits.topics` does not count this topic. Clients get one `subscribed` for all joins of a turn, and what is published from now on.
   *
   * With a user or a session, the join also holds for streams that are opened later, until {@link Hub.leave} or {@link Hub.reset}. It
   * is kept in memory, so join again after a restart. With a `clientId`, it ends with that connection.
   * @returns How many open streams of this process got the topic. A stream that had it already does not count. Nor does one for which the topic is
   *   full (`limits.perTopic`), which is counted in `topicsRefused.full`.
   * @throws TypeError for anything but one of `{ userId }`, `{ sessionId }` and `{ clientId }`, and for a name that cannot be
   *   joined. Error if `limits.memberships` is reached. Then nothing has changed.
   */
  join(which: ClientSelector, topic: string): number
  /**
   * Takes back a {@link Hub.join} of the same user, session or `clientId`. A topic that the client itself asked for stays.
   * @returns How many open streams of this process lost the topic.
   * @throws TypeError like {@link Hub.join}.
   */
  leave(which: ClientSelector, topic: string): number
  /** The open streams of this process, each with its principal. Do not send this to clients. */
  clients(): ClientInfo<P>[]
  /**
   * The users that are connected to this process: one entry for each principal, however many streams it has open. Without an argument,
   * everybody.
   * @param query - A topic, or `{ topic, userId, sessionId, tenant }`, which narrow it together.
   * @throws TypeError for `undefined`, for a field without a value, and for one that does not exist.
   */
  presence(query?: string | PresenceQuery): Presence[]
  /**
   * Calls `listener(data, event)` in this process for each event of a name, or for all with `'*'`, once and in the order of
   * the log. It gets events for every target, and `filter` is not asked. An error that it throws goes to `onError`.
   * @returns A function that removes the listener.
   * @throws TypeError for a name that no event can have, for a pattern, and for a listener that is no function.
   */
  readonly on: On<E>
  /** Counts of this process, without names of users or topics. {@link Hub.processes} has those of all. */
  stats(): HubStats
  /**
   * The figures of all processes whose hubs have a relay in common, this one first. Those of the others are five seconds old at most,
   * and 15 if a process has ended without closing its hub. Without a relay: this one alone.
   */
  processes(): HubProcess[]
  /** Adds callbacks like those of the options. @returns A function that removes them. @throws TypeError for one that does not exist. */
  observe(observer: HubObserver<P>): () => void
  /**
   * Empties the log, under another epoch, sets the counts to 0, and forgets every {@link Hub.join} of a user or a session. Every
   * connected client has a gap.
   */
  reset(): Promise<void>
  /**
   * Closes the hub. It refuses new requests (503), and asks all clients to reconnect within `drain` milliseconds, each at another
   * time. Resolves when all streams have ended. Those that are open after `drain` are cut off.
   * @param options - `drain`: milliseconds. By default 0: at once.
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
  const { settings, registry, members, intake, listeners, observers, stats } = parts
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
    ...createShapes(publish, settings.clock, reportTo(parts, 'notifyAfter')),
    kick: parts.kick,
    join: members.join,
    leave: members.leave,
    clients: () => Array.from(registry.all(), describeClient),
    // Undefined, from a variable that should have had a topic, must not be everybody.
    presence: (...query) => presenceOf(registry, checkPresence(query.length ? query[0] : {})),
    on: listeners.on,
    stats: stats.read,
    processes: () => parts.census.processes(),
    observe: observers.add,
    reset,
    close(options) {
      const drain = drainOf(options, 0, Number.MAX_VALUE)
      closed ??= close(parts, drain)
      return closed
    },
  }
}

async function resetAll({ settings, intake, members, stats, others }: Assembly): Promise<void> {
  intake.reset()
  await settings.log.reset()
  members.reset()
  others.tell('reset', {})
  stats.reset()
}

async function close({ intake, shutdown }: Assembly, drain: number): Promise<void> {
  const held = intake.close()
  // Not a turn later if nothing was held: nobody may come in meanwhile.
  if (held) await held
  await shutdown.close(drain)
}
