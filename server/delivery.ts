import type { Client } from './client.ts'
import type { Counters } from './counters.ts'
import { formatId } from './cursor.ts'
import type { EventLog, LogEntry, LogRecord } from './log.ts'
import { type EventFilter, type Parcel, prepare } from './parcel.ts'
import type { Registry } from './registry.ts'

/** From the log to the clients that are live. Those that are not yet are given the same events by their replay. */
export interface Delivery {
  /** Up to which number events have been handed out. */
  readonly place: number
  /** An entry made ready to be sent; once, for the live and for those who catch up. */
  parcelOf(entry: LogEntry): Parcel
  /** Hands an event that is in no log to whoever is live. @returns How many that were. */
  handOut(record: LogRecord): number
}

/**
 * @param overflowed - Told of a client that is too far behind.
 * @param failed - Told what a filter threw; the event is kept from the client then.
 */
export function createDelivery(
  log: EventLog,
  registry: Registry,
  filter: EventFilter | undefined,
  counters: Counters,
  overflowed: (client: Client) => void,
  failed: (error: unknown) => void,
): Delivery {
  const parcels = new WeakMap<LogEntry, Parcel>()
  const waiting: LogEntry[] = []
  let place = log.head
  let handing = false

  function parcelOf(entry: LogEntry): Parcel {
    const known = parcels.get(entry)
    if (known) return known
    const parcel = prepare(entry, formatId(log.epoch, entry.seq), filter, failed)
    parcels.set(entry, parcel)
    return parcel
  }

  /** @returns Whether the client has been given it. */
  function give(client: Client, parcel: Parcel): boolean {
    if (client.ended || !client.live || !parcel.isFor(client)) return false
    if (client.outlet.send(parcel.bytes(client.native), parcel.expendable)) {
      parcel.delivered++
      counters.delivered++
      return true
    }
    overflowed(client)
    return false
  }

  function deliver(entry: LogEntry): void {
    const parcel = parcelOf(entry)
    const { seq } = entry
    for (const client of registry.candidates(entry.to)) {
      if (seq <= client.after || !give(client, parcel)) continue
      client.toldSeq = seq
      client.toldAt = client.outlet.lastWriteAt
    }
    place = seq
  }

  log.subscribe({
    entry(entry) {
      // A filter may publish: that event waits until this one has reached everybody, or some would have them the other way
      // round.
      waiting.push(entry)
      if (handing) return
      handing = true
      for (let next = waiting.shift(); next; next = waiting.shift()) deliver(next)
      handing = false
    },
    reset() {
      place = log.head
    },
  })

  return {
    get place() {
      return place
    },
    parcelOf,
    handOut(record) {
      const parcel = prepare(record, undefined, filter, failed)
      for (const client of registry.candidates(record.to)) give(client, parcel)
      return parcel.delivered
    },
  }
}
