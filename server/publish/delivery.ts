import type { Clock } from '../../src/index.ts'
import type { Client } from '../audience/client.ts'
import type { Registry } from '../audience/registry.ts'
import type { Address } from '../audience/target.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogEntry, LogRecord } from '../log/log.ts'
import type { Counters } from '../observe/counters.ts'
import { createAsk, type EventFilter, type Later } from './filter.ts'
import type { FilterLine } from './filter-line.ts'
import { createFilterLines } from './filter-lines.ts'
import { createOutcomes, type Outcome, type Outcomes } from './outcomes.ts'
import { type Frames, type Parcel, prepare } from './parcel.ts'

/** From the log to the clients that are live. Those that are not yet are given the same events by their replay. */
export interface Delivery {
  /** Up to which number events have been handed out. */
  readonly place: number
  /** The same for one client, which may be further back: it is catching up, or its events wait for the filter. */
  placeOf(client: Client): number
  /** An entry made ready to be sent. Its bytes are made once, for the live and for those who catch up. */
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
export interface DeliveryEvents {
  /** This client is too far behind. */
  overflowed(client: Client): void
  /** What carries this client's bytes has thrown. */
  broken(client: Client, error: unknown): void
  /** A filter has not answered with yes or no; the event is kept from the client. */
  filterFailed(error: unknown): void
  /** Whether somebody hears of {@link DeliveryEvents.delivered}. */
  isWatched(): boolean
  /** A client has been given an event. */
  delivered(client: Client, parcel: Parcel): void
  /** The turn of an event begins: it goes to clients next. */
  begins(): void
  /** The turn of an event is over: all clients that are live have been given it, or wait for the filter. */
  happened(parcel: Parcel): void
  /** The log has begun again. @param dropped - These clients had events that waited for the filter: they do not get those. */
  restarted(dropped: readonly Client[]): void
}

/** An event whose turn comes when those in front of it have reached everybody. */
interface Turn {
  readonly parcel: Parcel
  readonly to: Address
  /** 0 for a volatile event. */
  readonly seq: number
  /** Which run of the log it is of: see `runs`. */
  readonly run: number
}

export function createDelivery(
  { log, filter, clock, limits }: DeliverySettings,
  registry: Registry,
  counters: Counters,
  events: DeliveryEvents,
): Delivery {
  const ask = filter && createAsk(filter, clock, limits.filterTimeout, () => counters.filterTimeouts++)
  /** All that is kept of an event as long as the log keeps it: whoever comes back is sent the same bytes. */
  const frames = new WeakMap<LogEntry, Frames>()
  /** What the filter has failed at. */
  const unfiltered = new WeakSet<LogEntry>()
  const outcomes = createOutcomes()
  const turns: Turn[] = []
  let place = log.head
  let handing = false
  /** How often the log has begun. */
  let runs = 0
  /** How many events have had their turn. */
  let taken = 0

  function parcelOf(entry: LogEntry): Parcel {
    const known = frames.get(entry)
    const made = known ?? []
    if (!known) frames.set(entry, made)
    return prepare(entry, formatId(log.epoch, entry.seq), made, ask, (error) => {
      // Once, and not again for each who comes back.
      if (!unfiltered.has(entry)) events.filterFailed(error)
      unfiltered.add(entry)
    })
  }

  /** @returns Whether the client has been given it. One client that cannot be served costs the others nothing. */
  function hand(client: Client, parcel: Parcel, seq: number): boolean {
    try {
      if (!client.outlet.send(parcel.bytes(client.native), parcel.expendable)) {
        events.overflowed(client)
        return false
      }
    } catch (error) {
      events.broken(client, error)
      return false
    }
    counters.delivered++
    if (seq) {
      client.toldSeq = seq
      client.toldAt = client.outlet.lastWriteAt
    }
    return true
  }

  const lines = createFilterLines(limits.filterQueue, {
    hand(client, parcel, seq) {
      const isGiven = hand(client, parcel, seq)
      if (isGiven) events.delivered(client, parcel)
      return isGiven
    },
    overflowed: events.overflowed,
    dropped: () => counters.dropped.volatile++,
  })

  /** @returns The answer of the filter. False too where it has ended the client, or something of the client's throws. */
  function isFor(client: Client, parcel: Parcel): boolean | Later {
    try {
      const answer = parcel.isFor(client)
      return !client.ended && answer
    } catch (error) {
      events.broken(client, error)
      return false
    }
  }

  function deliver({ parcel, to, seq, run }: Turn): void {
    const isWatched = events.isWatched()
    const nth = ++taken
    for (const client of registry.candidates(to)) {
      // A function of the application has begun the log again: everybody has been told of a gap.
      if (seq && run !== runs) return
      if (!client.live || client.ended || (seq && seq <= client.after)) continue
      // A filter that leaves a topic and joins it again puts its client at the end of those who are still to be asked.
      if (client.turn === nth) continue
      client.turn = nth
      const answer = isFor(client, parcel)
      if (answer === false || (seq && run !== runs)) continue
      if (answer !== true || lines.has(client)) lines.wait(client, parcel, seq, answer, place)
      else if (hand(client, parcel, seq)) {
        parcel.outcome.delivered++
        if (isWatched) events.delivered(client, parcel)
      }
    }
    if (seq && run === runs) place = seq
  }

  /** A filter may publish: that event waits until this one has reached everybody, or some would have them the other way round. */
  function takeTurn(turn: Turn): void {
    turns.push(turn)
    if (handing) return
    handing = true
    try {
      for (let next = turns.shift(); next; next = turns.shift()) {
        events.begins()
        deliver(next)
        events.happened(next.parcel)
      }
    } finally {
      handing = false
    }
  }

  const stop = log.subscribe({
    entry(entry) {
      const { seq, to } = entry
      // As of now: by the time it is its turn the log may have another epoch.
      const parcel = parcelOf(entry)
      outcomes.note(seq, parcel.outcome)
      takeTurn({ parcel, to, seq, run: runs })
    },
    reset() {
      runs++
      // Of the old log, and everybody is told of a gap.
      const dropped = lines.closeAll()
      outcomes.clear()
      place = log.head
      events.restarted(dropped)
    },
  })

  return {
    get place() {
      return place
    },
    placeOf: (client) => (client.live && !lines.has(client) ? place : client.after),
    parcelOf,
    parcelAs: (record, id) => prepare(record, id, [], ask, events.filterFailed),
    outcomes,
    handOut(record) {
      const parcel = prepare(record, '', [], ask, events.filterFailed)
      takeTurn({ parcel, to: record.to, seq: 0, run: runs })
      return parcel.outcome
    },
    openLine: lines.open,
    closeLine: lines.close,
    delivered: events.delivered,
    get waiting() {
      return lines.waiting
    },
    stop,
  }
}
