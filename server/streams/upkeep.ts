import { monotonic, setTimer } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import type { Client } from '../audience/client.ts'
import type { Registry } from '../audience/registry.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog } from '../log/log.ts'
import type { HubSettings } from '../options/settings.ts'
import type { Delivery } from '../publish/delivery.ts'
import { pingFrame } from '../wire/frames.ts'
import type { Streams } from './streams.ts'

/*
 * One round every now and then for all clients, instead of timers for each: signs of life, checkpoints, and the ends of streams
 * whose time is over. Nothing runs while nobody is there.
 */

/** Between two rounds, at most; less where the heartbeat asks for it. What has a time of its own is done in time. */
const ROUND = 1000

export interface Upkeep {
  /** Sees to it that there is a round in time for this client, and from then on for as long as anybody is there. */
  watch(client: Client): void
  stop(): void
}

/** `beat`: a sign of life that says nothing of the client's place. */
export type Duty = 'stalled' | 'timeout' | 'expired' | 'leave' | 'end' | 'ping' | 'beat' | undefined

/** The same for all clients of a round. */
export interface Circumstances {
  /** On the monotonic clock. */
  readonly now: number
  /** Epoch milliseconds, for what expires at a date. */
  readonly date: number
  /** Up to which number events have been handed out. For a client with events that wait, its own place. */
  readonly place: number
  /** The first number that the log still has. */
  readonly first: number
  readonly heartbeat: number
  readonly stall: number
  readonly clientTimeout: number
}

/** What is to be done about a client now. */
export function dutyOf(client: Client, facts: Circumstances): Duty {
  const { now, date, place, first, heartbeat } = facts
  const { outlet, toldSeq, toldAt } = client
  const { blockedSince } = outlet
  if (blockedSince !== undefined && now - blockedSince >= facts.stall) return 'stalled'
  if (now - outlet.takenAt >= facts.clientTimeout) return 'timeout'
  if (date >= client.expiresAt) return 'expired'
  if (now >= client.endsAt) return 'end'
  if (now >= client.leavesAt) return 'leave'
  // What waits is a sign of life as soon as it is taken; a checkpoint in front of it would be wrong.
  if (blockedSince !== undefined) return undefined
  const due = now - heartbeat
  // In front of what it has missed there can be no checkpoint. The log may be slow to bring that.
  if (!client.live) return heartbeat && outlet.lastWriteAt <= due ? 'beat' : undefined
  // The log throws away already, and has come half the way to what this client was told of last: none of the events since
  // then was for it.
  if (first > 1 && toldSeq < place && toldSeq - first < place - toldSeq) return 'ping'
  if (!heartbeat) return undefined
  return outlet.lastWriteAt <= due || (toldSeq < place && toldAt <= due) ? 'ping' : undefined
}

export function createUpkeep(
  {
    clock,
    heartbeat,
    clientTimeout,
    limits,
    log,
  }: Pick<HubSettings, 'clock' | 'heartbeat' | 'clientTimeout' | 'limits' | 'log'>,
  registry: Registry,
  delivery: Delivery,
  streams: Streams,
): Upkeep {
  const every = Math.max(Math.min(ROUND, (heartbeat || Infinity) / 4, clientTimeout / 4), 1)
  let timer: unknown
  let dueAt = Infinity

  function schedule(ms: number): void {
    const at = monotonic(clock) + ms
    if (at >= dueAt) return
    clock.clearTimeout(timer)
    dueAt = at
    timer = setTimer(clock, ms, round)
  }

  function round(): void {
    dueAt = Infinity
    const facts = {
      now: monotonic(clock),
      date: clock.now(),
      place: delivery.place,
      first: log.first,
      heartbeat,
      stall: limits.stall,
      clientTimeout,
    }
    for (const client of registry.all()) {
      streams.look(client)
      const place = delivery.placeOf(client)
      const duty = dutyOf(client, place === facts.place ? facts : { ...facts, place })
      if (duty === 'stalled' || duty === 'timeout' || duty === 'expired') streams.end(client, duty)
      else if (duty === 'end') streams.end(client, client.leaving)
      else if (duty === 'leave') streams.dismiss(client, 0, 'max-age')
      else if (duty === 'beat') streams.tell(client, pingFrame(client.native, undefined, facts.date))
      else if (duty === 'ping') ping(client, place, clock, log, streams)
    }
    for (const client of registry.all()) watch(client)
  }

  function watch({ expiresAt, leavesAt, endsAt }: Client): void {
    const now = monotonic(clock)
    schedule(Math.min(every, expiresAt - clock.now(), leavesAt - now, endsAt - now))
  }

  return {
    watch,
    stop() {
      clock.clearTimeout(timer)
      dueAt = Infinity
    },
  }
}

/** Only with an id that is news: a heartbeat every 15 s to each of thousands is to be short. */
function ping(client: Client, place: number, clock: Clock, log: EventLog, streams: Streams): void {
  const id = place > client.toldSeq ? formatId(log.epoch, place) : undefined
  client.toldSeq = place
  client.toldAt = monotonic(clock)
  streams.tell(client, pingFrame(client.native, id, clock.now()))
}
