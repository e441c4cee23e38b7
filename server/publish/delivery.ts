import type { Clock } from '../../src/index.ts'
import type { Client } from '../audience/client.ts'
import type { Registry } from '../audience/registry.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogEntry, LogRecord } from '../log/log.ts'
import { createSequence } from '../log/sequence.ts'
import type { Counters } from '../observe/counters.ts'
import { FanOut, type FanOutEvents, type Turn } from './fan-out.ts'
import { createAsk, type EventFilter } from './filter.ts'
import type { FilterLine } from './filter-line.ts'
import { createOutcomes, type Outcome, type Outcomes } from './outcomes.ts'
import type { Parcel } from './parcel.ts'
import { createParcels } from './parcels.ts'

/** From the log to the clients that are live. Those that are not yet are given the same events by their replay. */
export interface Delivery {
  /** Up to which number events have been handed out. */
  readonly place: number
  /** The same for one client, which may be further back: it is catching up, or its events wait for the filter. */
  placeOf(client: Client): number
  /** An entry made ready to be sent. Its bytes are made once, for live clients and for replays. */
  parcelOf(entry: LogEntry): Parcel
  /** The same for an event that is sent with an id of its own. */
  parcelAs(record: LogRecord, id: string): Parcel
  readonly outcomes: Outcomes
  /** Hands an event that is in no log to the clients that are live, in its turn. */
  handOut(record: LogRecord): Outcome
  /** A line for a client that catches up. It closes it before the client is live. */
  openLine(client: Client, ready: () => void): FilterLine
  /** Drops what waits for a client: it has gone, or has caught up. */
  closeLine(client: Client): void
  /** No function of the application is called for an event and a client: there is no filter, and nobody watches. */
  readonly isDirect: boolean
  /** The bytes of `parcelOf(entry)`. */
  bytesOf(entry: LogEntry, native: boolean): Uint8Array
  /** Has the observers know that a client has been given an event: by a replay, too. */
  delivered(client: Client, parcel: Parcel): void
  /** How many events wait for the filter, of all clients. */
  readonly waiting: number
  /** Hears nothing of the log any more. */
  stop(): void
}

export interface DeliverySettings {
  readonly log: EventLog
  readonly filter?: EventFilter | undefined
  readonly clock: Clock
  readonly limits: { readonly filterTimeout: number; readonly filterQueue: number }
}

/** What else becomes of a delivery. */
export interface DeliveryEvents extends FanOutEvents {
  /** A filter has not answered with yes or no; the event is kept from the client. */
  filterFailed(error: unknown): void
  /** The turn of an event begins: it goes to clients next. */
  begins(): void
  /** The turn of an event is over: all clients that are live have been given it, or wait for the filter. */
  happened(parcel: Parcel): void
  /** The log has begun again. @param dropped - These clients had events that waited for the filter: they do not get those. */
  restarted(dropped: readonly Client[]): void
}

export function createDelivery(
  { log, filter, clock, limits }: DeliverySettings,
  registry: Registry,
  counters: Counters,
  events: DeliveryEvents,
): Delivery {
  const ask = filter && createAsk(filter, clock, limits.filterTimeout, () => counters.filterTimeouts++)
  const parcels = createParcels(ask, events.filterFailed)
  const fanOut = new FanOut({ registry, counters, clock, filterQueue: limits.filterQueue }, events, log.head)
  const { lines } = fanOut
  const outcomes = createOutcomes()

  // A filter may publish: that event waits until this one has reached everybody.
  const turns = createSequence<Turn>((turn) => {
    events.begins()
    fanOut.give(turn)
    events.happened(turn.parcel)
  })

  const turnOf = (parcel: Parcel, { to }: LogRecord, seq: number): Turn => ({
    parcel,
    to,
    seq,
    run: fanOut.run,
    outcome: { id: parcel.id, delivered: 0 },
  })

  // With the id that it has now: by the time it is its turn the log may have another epoch.
  const parcelOf = (entry: LogEntry): Parcel => parcels.ofEntry(entry, formatId(log.epoch, entry.seq))

  const stop = log.subscribe({
    entry(entry) {
      const turn = turnOf(parcelOf(entry), entry, entry.seq)
      outcomes.note(entry.seq, turn.outcome)
      turns.push(turn)
    },
    reset() {
      const dropped = fanOut.restart(log.head)
      outcomes.clear()
      events.restarted(dropped)
    },
  })

  return {
    get place() {
      return fanOut.run.place
    },
    placeOf: (client) => (client.live && !lines.has(client) ? fanOut.run.place : client.after),
    parcelOf,
    parcelAs: parcels.ofRecord,
    outcomes,
    handOut(record) {
      const turn = turnOf(parcels.ofRecord(record, ''), record, 0)
      turns.push(turn)
      return turn.outcome
    },
    openLine: lines.open,
    closeLine: lines.close,
    get isDirect() {
      return !ask && !events.isWatched()
    },
    bytesOf: (entry, native) => parcels.keptBytes(entry, native) ?? parcelOf(entry).bytes(native),
    delivered(client, parcel) {
      if (events.isWatched()) events.delivered(client, parcel)
    },
    get waiting() {
      return lines.waiting
    },
    stop,
  }
}
