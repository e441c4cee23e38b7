import { monotonic } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import type { Registry } from '../audience/registry.ts'
import type { EventLog } from '../log/log.ts'
import { type Counters, resetCounters } from './counters.ts'

/** The figures of a hub, without names of users and topics. Counts begin when the hub is made, or reset. */
export interface HubStats extends Readonly<Counters> {
  /** Streams that are open. */
  readonly clients: number
  /** Users with an open stream. */
  readonly users: number
  /** Topics that somebody has joined, wildcards included. */
  readonly topics: number
  /** The events that wait for slow clients. */
  readonly queue: { readonly events: number; readonly bytes: number }
  /** Events of all clients that wait for an answer of `filter`. */
  readonly filtering: number
  /** `first`: the oldest number that can be replayed. `head`: the newest. `available`: false while the log cannot be reached. */
  readonly log: { readonly epoch: string; readonly first: number; readonly head: number; readonly available: boolean }
  /** Milliseconds since the hub was made, or reset. */
  readonly uptime: number
}

/** The figures of a hub. */
export interface Stats {
  read(): HubStats
  /** Counts from 0 again, and from now on. */
  reset(): void
}

/** The sources of the figures. */
export interface StatsSources {
  readonly counters: Counters
  readonly registry: Registry
  readonly log: EventLog
  readonly clock: Clock
  /** Events that wait for the filter. */
  readonly delivery: { readonly waiting: number }
}

export function createStats({ counters, registry, log, clock, delivery }: StatsSources): Stats {
  let startedAt = monotonic(clock)
  return {
    read: () => ({
      clients: registry.size,
      users: registry.users,
      topics: registry.topics,
      queue: queued(registry),
      filtering: delivery.waiting,
      ...structuredClone(counters),
      log: { epoch: log.epoch, first: log.first, head: log.head, available: log.available !== false },
      uptime: monotonic(clock) - startedAt,
    }),
    reset() {
      resetCounters(counters)
      startedAt = monotonic(clock)
    },
  }
}

/** The waiting bytes and events of all clients together. */
function queued(registry: Registry): HubStats['queue'] {
  let events = 0
  let bytes = 0
  for (const { outlet } of registry.all()) {
    events += outlet.events
    bytes += outlet.bytes
  }
  return { events, bytes }
}
