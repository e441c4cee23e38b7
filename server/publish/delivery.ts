import type { Clock } from '../../src/index.ts'
import type { Client } from '../audience/client.ts'
import type { Registry } from '../audience/registry.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogEntry, LogRecord } from '../log/log.ts'
import { createSequence, type Sequence } from '../log/sequence.ts'
import type { Counters } from '../observe/counters.ts'
import { FanOut, type FanOutEvents, type Turn } from './fan-out.ts'
import { createAsk, type EventFilter } from './filter.ts'
import type { FilterLine } from './filter-line.ts'
import { createOutcomes, type Outcome, type Outcomes } from './outcomes.ts'
import type { Parcel } from './parcel.ts'
import { createParcels, type Parcels } from './parcels.ts'

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

/** The other ends of a delivery. */
export interface DeliveryEvents extends FanOutEvents {
  /** A filter has not answered with yes or no; the event is kept from the client. */
  filterFailed(error: unknown): void
  /** The turn of an event begins: it goes to clients next. */
  begins(): void
  /** The turn of an event is over: all clients that are live have been given it, or wait for the filter. */
  happened(parcel: Parcel): void
  /**
   * The log has begun again.
   * @param dropped - These clients had events that waited for the filter: they do not get those.
   * @param hasNewEpoch - If not, it goes on behind events that nobody here got.
   */
  restarted(dropped: readonly Client[], hasNewEpoch: boolean): void
}

export function createDelivery(
  settings: DeliverySettings,
  registry: Registry,
  counters: Counters,
  events: DeliveryEvents,
): Delivery {
  return new LogDelivery(settings, registry, counters, events)
}

class LogDelivery implements Delivery {
  readonly outcomes = createOutcomes()
  readonly stop: () => void
  readonly #log: EventLog
  readonly #events: DeliveryEvents
  readonly #isFiltered: boolean
  readonly #parcels: Parcels
  readonly #fanOut: FanOut
  readonly #turns: Sequence<Turn>
  #epoch: string

  constructor(
    { log, filter, clock, limits }: DeliverySettings,
    registry: Registry,
    counters: Counters,
    events: DeliveryEvents,
  ) {
    const ask = filter && createAsk(filter, clock, limits.filterTimeout, () => counters.filterTimeouts++)
    this.#log = log
    this.#epoch = log.epoch
    this.#events = events
    this.#isFiltered = ask !== undefined
    this.#parcels = createParcels(ask, events.filterFailed)
    this.#fanOut = new FanOut({ registry, counters, clock, filterQueue: limits.filterQueue }, events, log.head)
    // A filter may publish: that event waits until this one has reached everybody.
    this.#turns = createSequence((turn) => {
      events.begins()
      this.#fanOut.give(turn)
      events.happened(turn.parcel)
    })
    this.stop = log.subscribe({ entry: (entry) => this.#append(entry), reset: () => this.#restart() })
  }

  get place(): number {
    return this.#fanOut.run.place
  }

  get waiting(): number {
    return this.#fanOut.lines.waiting
  }

  get isDirect(): boolean {
    return !this.#isFiltered && !this.#events.isWatched()
  }

  placeOf(client: Client): number {
    return client.live && !this.#fanOut.lines.has(client) ? this.place : client.after
  }

  parcelOf(entry: LogEntry): Parcel {
    // With the id that it has now: by the time it is its turn the log may have another epoch.
    return this.#parcels.ofEntry(entry, formatId(this.#log.epoch, entry.seq))
  }

  parcelAs(record: LogRecord, id: string): Parcel {
    return this.#parcels.ofRecord(record, id)
  }

  bytesOf(entry: LogEntry, native: boolean): Uint8Array {
    return this.#parcels.keptBytes(entry, native) ?? this.parcelOf(entry).bytes(native)
  }

  handOut(record: LogRecord): Outcome {
    const turn = this.#turnOf(this.#parcels.ofRecord(record, ''), record, 0)
    this.#turns.push(turn)
    return turn.outcome
  }

  openLine(client: Client, ready: () => void): FilterLine {
    return this.#fanOut.lines.open(client, ready)
  }

  closeLine(client: Client): void {
    this.#fanOut.lines.close(client)
  }

  delivered(client: Client, parcel: Parcel): void {
    if (this.#events.isWatched()) this.#events.delivered(client, parcel)
  }

  #append(entry: LogEntry): void {
    const turn = this.#turnOf(this.parcelOf(entry), entry, entry.seq)
    this.outcomes.note(entry.seq, turn.outcome)
    this.#turns.push(turn)
  }

  #restart(): void {
    const { epoch, head } = this.#log
    const dropped = this.#fanOut.restart(head)
    this.outcomes.clear()
    const hasNewEpoch = epoch !== this.#epoch
    this.#epoch = epoch
    this.#events.restarted(dropped, hasNewEpoch)
  }

  #turnOf(parcel: Parcel, { to }: LogRecord, seq: number): Turn {
    return { parcel, to, seq, run: this.#fanOut.run, outcome: { id: parcel.id, delivered: 0 } }
  }
}
