import { monotonic, setTimer } from '../../src/base/clock.ts'
import type { Client } from '../audience/client.ts'
import { formatId } from '../log/cursor.ts'
import { pingFrame } from '../wire/frames.ts'
import { type Action, actionFor, type Circumstances } from './action.ts'
import type { HubParts } from './parts.ts'

/*
 * One round every now and then for all clients, instead of timers for each: signs of life, checkpoints, and the ends of streams
 * whose time is over. Nothing runs while nobody is there.
 */

/** Between two rounds, at most; less where the heartbeat asks for it. Work with a time of its own is done in time. */
const ROUND = 1000

export interface Sweep {
  /** Sees to it that there is a round in time for this client, and from then on for as long as anybody is there. */
  watch(client: Client): void
  stop(): void
}

/** The parts of a hub that a sweep needs. */
export type SweepParts = Pick<HubParts, 'registry' | 'delivery' | 'streams'> & {
  readonly settings: Pick<HubParts['settings'], 'clock' | 'heartbeat' | 'clientTimeout' | 'log'> & {
    readonly limits: { readonly stall: number }
  }
}

export function createSweep(parts: SweepParts): Sweep {
  const { registry, settings } = parts
  const { clock, heartbeat, clientTimeout } = settings
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
    const facts = circumstances(parts)
    for (const client of registry.all()) visit(parts, client, facts)
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

function circumstances({ settings, delivery }: SweepParts): Circumstances {
  const { clock, log, limits, heartbeat, clientTimeout } = settings
  return {
    now: monotonic(clock),
    date: clock.now(),
    place: delivery.place,
    first: log.first,
    heartbeat,
    stall: limits.stall,
    clientTimeout,
  }
}

/** The effect of each action. */
const CARRY_OUT: Readonly<
  Record<Exclude<Action, undefined>, (parts: SweepParts, client: Client, place: number) => void>
> = {
  stalled: ({ streams }, client) => streams.end(client, 'stalled'),
  timeout: ({ streams }, client) => streams.end(client, 'timeout'),
  expired: ({ streams }, client) => streams.end(client, 'expired'),
  end: ({ streams }, client) => streams.end(client, client.leaving),
  leave: ({ streams }, client) => streams.dismiss(client, 0, 'max-age'),
  beat: ({ streams, settings }, client) =>
    streams.send(client, pingFrame(client.native, undefined, settings.clock.now())),
  /** Only with an id that is news: a heartbeat every 15 s to each of thousands is to be short. */
  ping({ streams, settings: { clock, log } }, client, place) {
    const id = place > client.sentSeq ? formatId(log.epoch, place) : undefined
    client.sentSeq = place
    client.sentAt = monotonic(clock)
    streams.send(client, pingFrame(client.native, id, clock.now()))
  },
}

function visit(parts: SweepParts, client: Client, facts: Circumstances): void {
  parts.streams.look(client)
  const place = parts.delivery.placeOf(client)
  const action = actionFor(client, place === facts.place ? facts : { ...facts, place })
  if (action) CARRY_OUT[action](parts, client, place)
}
