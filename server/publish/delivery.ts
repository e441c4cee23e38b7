import type { Client } from '../audience/client.ts'
import type { Registry } from '../audience/registry.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogEntry, LogRecord } from '../log/log.ts'
import type { Counters } from '../observe/counters.ts'
import { type EventFilter, type Frames, type Parcel, prepare } from './parcel.ts'

/** From the log to the clients that are live. Those that are not yet are given the same events by their replay. */
export interface Delivery {
  /** Up to which number events have been handed out. */
  readonly place: number
  /** An entry made ready to be sent. Its bytes are made once, for the live and for those who catch up. */
  parcelOf(entry: LogEntry): Parcel
  /** What became of an entry, for whoever has appended it; once. */
  outcomeOf(entry: LogEntry): Pick<Parcel, 'id' | 'delivered'> | undefined
  /** Hands an event that is in no log to whoever is live. @returns How many that were. */
  handOut(record: LogRecord): number
  /** Hears nothing of the log any more. */
  stop(): void
}

/** For how many entries it is remembered what became of them, until whoever has appended them asks. */
const OUTCOMES = 1000

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
  /** All that is kept of an event as long as the log keeps it: whoever comes back is sent the same bytes. */
  const frames = new WeakMap<LogEntry, Frames>()
  /** What the filter has thrown at. */
  const unfiltered = new WeakSet<LogEntry>()
  /** By number, of the last few: those that another process has appended are asked for by nobody. */
  const outcomes = new Map<number, Parcel>()
  const waiting: { readonly entry: LogEntry; readonly parcel: Parcel }[] = []
  let place = log.head
  let handing = false

  function parcelOf(entry: LogEntry): Parcel {
    const known = frames.get(entry)
    const made = known ?? []
    if (!known) frames.set(entry, made)
    return prepare(entry, formatId(log.epoch, entry.seq), made, filter, (error) => {
      // Once, and not again for each who comes back.
      if (!unfiltered.has(entry)) events.filterFailed(error)
      unfiltered.add(entry)
    })
  }

  /** @returns Whether the client has been given it. One client that cannot be served costs the others nothing. */
  function give(client: Client, parcel: Parcel): boolean {
    try {
      if (!client.live || client.ended || !parcel.isFor(client)) return false
      // The filter, which is the application's, may have ended it.
      if (client.ended) return false
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

  function deliver({ seq, to }: LogEntry, parcel: Parcel): void {
    const { epoch } = log
    for (const client of registry.candidates(to)) {
      if (seq <= client.after) continue
      const given = give(client, parcel)
      // A filter, which is the application's, may have begun the log anew.
      if (log.epoch !== epoch) return
      if (!given) continue
      client.toldSeq = seq
      client.toldAt = client.outlet.lastWriteAt
    }
    place = seq
  }

  const stop = log.subscribe({
    entry(entry) {
      // As of now: by the time it is its turn the log may have another epoch.
      const parcel = parcelOf(entry)
      outcomes.set(entry.seq, parcel)
      outcomes.delete(entry.seq - OUTCOMES)
      // A filter may publish: that event waits until this one has reached everybody, or some would have them the other way
      // round.
      waiting.push({ entry, parcel })
      if (handing) return
      handing = true
      try {
        for (let next = waiting.shift(); next; next = waiting.shift()) deliver(next.entry, next.parcel)
      } finally {
        handing = false
      }
    },
    reset() {
      // Of the old log, and everybody is told of a gap.
      waiting.length = 0
      outcomes.clear()
      place = log.head
      events.restarted()
    },
  })

  return {
    get place() {
      return place
    },
    parcelOf,
    outcomeOf({ seq }) {
      const outcome = outcomes.get(seq)
      outcomes.delete(seq)
      return outcome
    },
    handOut(record) {
      const parcel = prepare(record, '', [], filter, events.filterFailed)
      for (const client of registry.candidates(record.to)) give(client, parcel)
      return parcel.delivered
    },
    stop,
  }
}
