import type { Registry } from '../audience/registry.ts'
import type { EventLog } from '../log/log.ts'
import type { Counters } from './counters.ts'

/** A hub in figures. Nothing in it says who anybody is. Counts run since the hub was made, or reset. */
export interface HubStats extends Readonly<Counters> {
  /** Streams that are open. */
  readonly clients: number
  /** Users that have a stream open. */
  readonly users: number
  /** Topics that somebody has joined, wildcards included. */
  readonly topics: number
  /** What waits for clients that do not keep up. */
  readonly queue: { readonly events: number; readonly bytes: number }
  /** Events that wait for an answer of `filter`, of all clients. */
  readonly filtering: number
  readonly log: { readonly epoch: string; readonly first: number; readonly head: number }
  /** In milliseconds. */
  readonly uptime: number
}

export function readStats(
  counters: Counters,
  registry: Registry,
  log: EventLog,
  filtering: number,
  uptime: number,
): HubStats {
  let events = 0
  let bytes = 0
  for (const { outlet } of registry.all()) {
    events += outlet.events
    bytes += outlet.bytes
  }
  return {
    clients: registry.size,
    users: registry.users,
    topics: registry.topics,
    queue: { events, bytes },
    filtering,
    ...structuredClone(counters),
    log: { epoch: log.epoch, first: log.first, head: log.head },
    uptime,
  }
}
