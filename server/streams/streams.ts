import { monotonic } from '../../src/base/clock.ts'
import type { PeerEvents, Sink, SinkEvents } from '../audience/carrier.ts'
import { type Client, concernOf, createClient, type Ending, noteSeen } from '../audience/client.ts'
import { deniedIn } from '../audience/denied.ts'
import { topicsOf } from '../audience/grants.ts'
import type { Memberships } from '../audience/memberships.ts'
import { createOutlet } from '../audience/outlet.ts'
import { expiryOf, type Principal } from '../audience/principal.ts'
import type { Registry } from '../audience/registry.ts'
import { formatId, formatMailId, resume } from '../log/cursor.ts'
import { type Counters, countDenials } from '../observe/counters.ts'
import type { HubObservers } from '../observe/observers.ts'
import type { HubSettings } from '../options/settings.ts'
import type { Delivery } from '../publish/delivery.ts'
import { connectedFrame, gapFrame, goodbyeFrame, liveFrame } from '../wire/frames.ts'
import { streamHeaders } from '../wire/headers.ts'
import { createAdmission } from './admission.ts'
import { createMail, type Delivered } from './mail.ts'
import { catchUp } from './replay.ts'
import type { StreamRequest } from './request.ts'
import { createTurns } from './turns.ts'

/** The streams of a hub, from the first byte to the last. */
export interface Streams {
  /** @throws Refusal 503 if there are too many streams: to be asked ahead of what costs. */
  admit(): void
  /**
   * Opens a stream: introduces the hub, tells a gap, and sends what was missed.
   * @param connect - Is given the headers of the answer; what it returns carries the bytes.
   * @throws Refusal like {@link Streams.admit}, and 429 if its user has too many, or the topic of its address.
   */
  open(principal: Principal, request: StreamRequest, mayReadAll: boolean, connect: Connect): void
  /** Says something to a client that the protocol wants it to hear. */
  tell(client: Client, frame: Uint8Array): void
  /** Asks a client to come back in so many milliseconds, and ends its stream a little later. */
  dismiss(client: Client, reconnectInMs: number, why: Ending): void
  end(client: Client, why: Ending): void
  /** Looks whether a client has taken what was written to it, and notes when it was there. */
  look(client: Client): void
  /**
   * The log has begun again: every client has a gap now. A stream that was not sent all mail of its user ends instead.
   * @param dropped - The clients that lose events that waited for the filter.
   */
  restart(dropped: readonly Client[]): void
}

/** Begins the answer to a request, whatever carries it. */
export type Connect = (headers: Headers, events: SinkEvents & PeerEvents) => Sink

/** A client that was asked to leave does so after a second at the earliest; then it has as long again to be gone. */
const GRACE = 1000

export function createStreams(
  settings: HubSettings,
  registry: Registry,
  memberships: Memberships,
  /** Made after this, as it tells of clients that are too far behind. */
  delivery: () => Delivery,
  counters: Counters,
  observers: HubObservers,
  /** A stream has been opened, or is over. */
  { came, left }: { came(client: Client): void; left(client: Client): void },
): Streams {
  const { log, limits, clock, heartbeat, clientTimeout, maxAge, retry } = settings
  const turns = createTurns(clock)
  const admission = createAdmission(limits, registry, memberships, counters)
  const mailRoom = createMail(settings, counters, delivery, tell, (error) =>
    observers.tell('onError', error, 'mailbox'),
  )
  /** Does what may call the host's sink. What that throws ends this stream, and no other: a round for all clients goes on. */
  function guard(client: Client, act: () => void): void {
    try {
      act()
    } catch (error) {
      observers.tell('onError', error, 'stream')
      end(client, 'error')
    }
  }

  function tell(client: Client, frame: Uint8Array): void {
    guard(client, () => {
      if (!client.ended && !client.outlet.send(frame)) end(client, 'overflow')
    })
  }

  function end(client: Client, why: Ending): void {
    if (client.ended) return
    // Whoever was asked to leave and does has not just gone.
    const reason = why === 'closed' && client.endsAt < Infinity ? client.leaving : why
    client.ended = reason
    registry.remove(client)
    // Whoever takes nothing would not take the end either, and keep the socket; and what waits must not look sent.
    const { outlet } = client
    const behind = outlet.blockedSince !== undefined || outlet.events > 0 || why === 'timeout'
    outlet.close()
    counters.endings[reason]++
    guard(client, () => {
      if (behind) client.sink.destroy()
      else if (why !== 'closed') client.sink.end()
    })
    const { id: clientId, principal, openedAt } = client
    observers.tell('onDisconnect', { clientId, principal, reason, openFor: monotonic(clock) - openedAt })
    mailRoom.left(client)
    left(client)
  }

  /**
   * A client does not get what was to come. If there may be mail in it, the stream ends: the client resumes with the cursor of
   * what it has. With a cursor of the new place it would acknowledge mail that it never had.
   */
  function endIfMailed(client: Client): void {
    if (mailRoom.mayHold(client.principal.userId)) end(client, 'overflow')
  }

  async function replay(client: Client, recovered: boolean, mail: Delivered | undefined): Promise<void> {
    if (mail) await mail.send(client)
    // The log has begun again meanwhile, and made it live.
    if (client.live) return
    const { events, gap } = await catchUp(client, log, delivery(), turns, { tell, missed: endIfMailed })
    if (gap) counters.gaps++
    if (!recovered) return
    counters.replays.count++
    counters.replays.events += events
    observers.tell('onReplay', { clientId: client.id, principal: client.principal, events })
  }

  return {
    admit: admission.admit,
    tell,
    end,
    look(client) {
      guard(client, () => {
        if (client.outlet.look()) noteSeen(client, monotonic(clock), clock.now())
      })
    },
    open(principal, request, mayReadAll, connect) {
      const { requested, native, denials } = request
      admission.admitUser(principal)
      const asked = new Set(admission.roomFor(request))
      const given = admission.givenTo(principal, asked)
      const expiresAt = expiryOf(principal)
      const resumption = resume(requested, log, mayReadAll)
      const { recovered, after } = resumption
      const { epoch } = log
      const mail = mailRoom.open(principal.userId, requested, { epoch, after, recovered })
      // A client that breaks off before it has its mail must not look as if it had it.
      const cursor = mail?.isPending ? formatMailId(epoch, after, 0) : formatId(epoch, after)
      // A sink may speak before there is a client.
      let opened: Client | undefined
      let gone = false
      const sink = connect(streamHeaders(heartbeat), {
        drained() {
          const client = opened
          if (client) guard(client, () => client.outlet.drained())
        },
        closed(error) {
          gone = true
          if (error !== undefined) observers.tell('onError', error, 'stream')
          if (opened) end(opened, error === undefined ? 'closed' : 'error')
        },
        clientTimeout,
        vanished() {
          if (opened) end(opened, 'timeout')
        },
      })
      const outlet = createOutlet(sink, limits, clock, counters.dropped)
      const leavesAt = monotonic(clock) + maxAge * (0.8 + 0.4 * clock.random())
      const client = createClient({ principal, asked, given, native, sink, outlet, expiresAt, leavesAt, after }, clock)
      opened = client
      registry.add(client)
      counters.connections++
      countDenials(counters, denials)
      came(client)
      observers.tell('onConnect', { clientId: client.id, principal, topics: [...topicsOf(client)], recovered })
      if (gone) return end(client, 'closed')
      client.confirmed = 0
      const introduction = {
        v: 1 as const,
        clientId: client.id,
        epoch,
        cursor,
        recovered,
        ...(heartbeat && { heartbeatMs: heartbeat }),
        topics: [...topicsOf(client)],
        ...deniedIn(denials, client.topics),
      }
      tell(client, connectedFrame(introduction, retry ? Math.round(retry * (1 + clock.random())) : undefined))
      if (!resumption.recovered && resumption.reason) {
        counters.gaps++
        const { reason } = resumption
        const notice = { reason, requested: requested.slice(0, 200), resumedFrom: cursor, topics: concernOf(client) }
        tell(client, gapFrame(notice))
      }
      replay(client, recovered, mail).catch((error) => {
        observers.tell('onError', error, 'log')
        end(client, 'error')
      })
    },
    restart(dropped) {
      const resumedFrom = formatId(log.epoch, log.head)
      for (const client of registry.all()) if (!client.live) endIfMailed(client)
      for (const client of dropped) endIfMailed(client)
      for (const client of registry.all()) {
        client.after = log.head
        client.toldSeq = log.head
        tell(client, gapFrame({ reason: 'epoch', requested: '', resumedFrom, topics: concernOf(client) }))
        // What it was being given is gone; from here on it is up to date.
        if (!client.live) tell(client, liveFrame(resumedFrom))
        client.live = true
      }
    },
    dismiss(client, reconnectInMs, why) {
      if (client.endsAt < Infinity) return
      client.leavesAt = Infinity
      client.endsAt = monotonic(clock) + Math.max(reconnectInMs, GRACE) + GRACE
      client.leaving = why
      tell(client, goodbyeFrame(reconnectInMs))
    },
  }
}
