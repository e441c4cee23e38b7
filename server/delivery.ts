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
  /** Hears nothing of the log any more. */
  stop(): void
}

/** What else becomes of a delivery. */
export interface DeliveryEvents {
  /** This client is too far behind. */
  overflowed(client: Client): void
  /** What carries this client's bytes has thrown. */
  broken(client: Client, error: unknown): void
  /** A filter has thrown; the event is kept from the client. */
  filterFailed(error: unknown): void
  /** The log has begun anew. */
  restarted(): void
}

export function createDelivery(
  log: EventLog,
  registry: Registry,
  filter: EventFilter | undefined,
  counters: Counters,
  events: DeliveryEvents,
): Delivery {
  const parcels = new WeakMap<LogEntry, Parcel>()
  const waiting: LogEntry[] = []
  let place = log.head
  let handing = false

  function parcelOf(entry: LogEntry): Parcel {
    const known = parcels.get(entry)
    if (known) return known
    const parcel = prepare(entry, formatId(log.epoch, entry.seq), filter, events.filterFailed)
    parcels.set(entry, parcel)
    return parcel
  }

  /** @returns Whether the client has been given it. One client that cannot be served costs the others nothing. */
  function give(client: Client, parcel: Parcel): boolean {
    if (!client.live || client.ended || !parcel.isFor(client)) return false
    // The filter, which is the application's, may have ended it.
    if (client.ended) return false
    try {
      if (!client.outlet.send(parcel.bytes(client.native), parcel.expendable)) {
        events.overflowed(client)
        return false
      }
    } catch (error) {
      events.broken(client, error)
      return false
    }
    parcel.delivered++
    counters.delivered++
    return true
  }

  function deliver(entry: LogEntry): void {
    const parcel = parcelOf(entry)
    const { seq } = entry
    for (const client of registry.candidates(entry.to)) {
      if (seq <= client.after || !give(client, parcel)) continue
      client.toldSeq = seq
      client.toldAt = client.outlet.lastWriteAt
    }
    parcel.settle()
    place = seq
  }

  const stop = log.subscribe({
    entry(entry) {
      // As of now: by the time it is its turn the log may have another epoch.
      parcelOf(entry)
      // A filter may publish: that event waits until this one has reached everybody, or some would have them the other way
      // round.
      waiting.push(entry)
      if (handing) return
      handing = true
      for (let next = waiting.shift(); next; next = waiting.shift()) deliver(next)
      handing = false
    },
    reset() {
      // Of the old log, and everybody is told of a gap.
      waiting.length = 0
      place = log.head
      events.restarted()
    },
  })

  return {
    get place() {
      return place
    },
    parcelOf,
    handOut(record) {
      const parcel = prepare(record, '', filter, events.filterFailed)
      for (const client of registry.candidates(record.to)) give(client, parcel)
      return parcel.delivered
    },
    stop,
  }
}
