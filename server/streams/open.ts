import { monotonic } from '../../src/base/clock.ts'
import type { PeerEvents, Sink, SinkEvents } from '../audience/carrier.ts'
import { type Client, concernOf, createClient } from '../audience/client.ts'
import { deniedIn } from '../audience/denied.ts'
import { topicsOf } from '../audience/grants.ts'
import { createOutlet } from '../audience/outlet.ts'
import { expiryOf, type Principal } from '../audience/principal.ts'
import { formatId, formatMailId, type Resumption, resume } from '../log/cursor.ts'
import { countDenials } from '../observe/counters.ts'
import { connectedFrame, gapFrame } from '../wire/frames.ts'
import { streamHeaders } from '../wire/headers.ts'
import type { Admission } from './admission.ts'
import { MailSender, type PendingMail } from './mail.ts'
import type { HubParts } from './parts.ts'
import { catchUp } from './replay.ts'
import type { StreamRequest } from './request.ts'
import { endIfMailed } from './restart.ts'
import type { Sweep } from './sweep.ts'
import { createTurns, type Turns } from './turns.ts'

/*
 * A stream from the request that is admitted until its client has caught up.
 */

/** Begins the answer to a request, whatever carries it. */
export type Connect = (headers: Headers, events: SinkEvents & PeerEvents) => Sink

/**
 * Opens a stream: introduces the hub, tells a gap, and sends what was missed.
 * @param connect - Is given the headers of the answer; what it returns carries the bytes.
 * @throws Refusal 503 if there are too many streams, and 429 if its user has too many, or the topic of its address.
 */
export type OpenStream = (principal: Principal, request: StreamRequest, mayReadAll: boolean, connect: Connect) => void

/** Where a stream begins. */
interface Start {
  readonly epoch: string
  readonly resumption: Resumption
  /** The id of that place. */
  readonly cursor: string
  /** The bytes that are sent ahead of the events. */
  readonly mail: PendingMail | undefined
}

export function createOpenStream(parts: HubParts, admission: Admission, sweep: Sweep): OpenStream {
  const { settings, registry, counters, observers, streams, census } = parts
  const { clock, limits, log, maxAge } = settings
  const sender = new MailSender(parts)
  const turns = createTurns(clock)

  function startOf({ userId }: Principal, requested: string, mayReadAll: boolean): Start {
    const resumption = resume(requested, log, mayReadAll)
    const { recovered, after } = resumption
    const { epoch } = log
    const mail = sender.open(userId, requested, { epoch, after, recovered })
    // A client that breaks off before it has its mail must not look as if it had it.
    const cursor = mail?.isPending ? formatMailId(epoch, after, 0) : formatId(epoch, after)
    return { epoch, resumption, cursor, mail }
  }

  return (principal, request, mayReadAll, connect) => {
    admission.admitUser(principal)
    const asked = new Set(admission.roomFor(request))
    const given = admission.givenTo(principal, asked)
    const expiresAt = expiryOf(principal)
    const start = startOf(principal, request.requested, mayReadAll)
    const { recovered, after } = start.resumption
    const heard = hearSink(parts)
    const sink = connect(streamHeaders(settings.heartbeat), heard.events)
    const outlet = createOutlet(sink, limits, clock, counters.dropped)
    const leavesAt = monotonic(clock) + maxAge * (0.8 + 0.4 * clock.random())
    const { native } = request
    const client = createClient({ principal, asked, given, native, sink, outlet, expiresAt, leavesAt, after }, clock)
    heard.client = client
    registry.add(client)
    census.changed(principal.userId)
    counters.connections++
    countDenials(counters, request.denials)
    sweep.watch(client)
    observers.call('onConnect', { clientId: client.id, principal, topics: [...topicsOf(client)], recovered })
    if (heard.isClosed) return streams.end(client, 'closed')
    introduce(parts, client, request, start)
    bringUpToDate(parts, turns, client, start).catch((error) => {
      observers.call('onError', error, 'log')
      streams.end(client, 'error')
    })
  }
}

/** The reports of a sink. It may speak before there is a client. */
interface HeardSink {
  readonly events: SinkEvents & PeerEvents
  client?: Client
  isClosed: boolean
}

function hearSink({ settings, observers, streams }: HubParts): HeardSink {
  const heard: HeardSink = {
    isClosed: false,
    events: {
      drained() {
        if (heard.client) streams.drained(heard.client)
      },
      closed(error) {
        heard.isClosed = true
        if (error !== undefined) observers.call('onError', error, 'stream')
        if (heard.client) streams.end(heard.client, error === undefined ? 'closed' : 'error')
      },
      clientTimeout: settings.clientTimeout,
      vanished() {
        if (heard.client) streams.end(heard.client, 'timeout')
      },
    },
  }
  return heard
}

/** Sends `connected`, and `gap` if the client cannot go on from its cursor. */
function introduce(parts: HubParts, client: Client, { requested, denials }: StreamRequest, start: Start): void {
  const { settings, counters, streams } = parts
  const { heartbeat, retry, clock } = settings
  const { epoch, resumption, cursor } = start
  client.confirmed = 0
  const introduction = {
    v: 1 as const,
    clientId: client.id,
    epoch,
    cursor,
    recovered: resumption.recovered,
    ...(heartbeat && { heartbeatMs: heartbeat }),
    topics: [...topicsOf(client)],
    ...deniedIn(denials, client.topics),
  }
  const reason = resumption.recovered ? undefined : resumption.reason
  // Clients drop what is not ahead of their cursor. One that is ahead of the log must have this id first, or it drops all.
  const hasId = !reason || reason === 'unknown-cursor'
  const wait = retry ? Math.round(retry * (1 + clock.random())) : undefined
  streams.send(client, connectedFrame(introduction, wait, hasId))
  if (!reason) return
  counters.gaps++
  const notice = { reason, requested: requested.slice(0, 200), resumedFrom: cursor, topics: concernOf(client) }
  streams.send(client, gapFrame(notice))
}

/** Sends the mail and what was missed. @returns Rejects if the log cannot be read. */
async function bringUpToDate(
  parts: HubParts,
  turns: Turns,
  client: Client,
  { resumption, mail }: Start,
): Promise<void> {
  const { settings, counters, observers, streams, delivery } = parts
  if (mail) await mail.send(client)
  // The log has begun again meanwhile, and made it live.
  if (client.live) return
  const { events, gap } = await catchUp(client, {
    log: settings.log,
    delivery,
    turns,
    send: streams.send,
    missed: (missing) => endIfMailed(parts, streams, missing),
  })
  if (gap) counters.gaps++
  if (!resumption.recovered) return
  counters.replays.count++
  counters.replays.events += events
  observers.call('onReplay', { clientId: client.id, principal: client.principal, events })
}
