import { monotonic } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import type { Client } from '../audience/client.ts'
import type { Registry } from '../audience/registry.ts'
import type { Address } from '../audience/target.ts'
import type { Counters } from '../observe/counters.ts'
import type { Later } from './filter.ts'
import { createFilterLines, type FilterLines } from './filter-lines.ts'
import type { Outcome } from './outcomes.ts'
import type { Parcel } from './parcel.ts'

/** The time from one beginning of the log to the next. Its numbers mean nothing in another one. */
export interface Run {
  /** Up to which number events have been handed out. */
  place: number
}

/** An event whose turn comes when those in front of it have reached everybody. */
export interface Turn {
  readonly parcel: Parcel
  readonly to: Address
  /** 0 for a volatile event. */
  readonly seq: number
  readonly run: Run
  /** Apart from the parcel, which need not be kept as long. */
  readonly outcome: Outcome & {
    /** How many clients it has been handed to in this turn. */
    delivered: number
  }
}

/** Reports about clients and their events. */
export interface FanOutEvents {
  /** This client is too far behind. */
  overflowed(client: Client): void
  /** The carrier of this client's bytes has thrown. */
  broken(client: Client, error: unknown): void
  /** Whether somebody hears of {@link FanOutEvents.delivered}. */
  isWatched(): boolean
  /** A client has been given an event. Not called where nobody watches. */
  delivered(client: Client, parcel: Parcel): void
}

/** The dependencies of a fan-out. */
interface Parts {
  readonly registry: Registry
  readonly counters: Counters
  readonly clock: Clock
  /** How many events of one client may wait for the filter. */
  readonly filterQueue: number
}

/** Hands events to the clients that are live. One client that cannot be served costs the others nothing. */
export class FanOut {
  /** The events that wait for the filter. */
  readonly lines: FilterLines
  run: Run
  /** How many events have had their turn. */
  #turns = 0
  readonly #parts: Parts
  readonly #events: FanOutEvents

  constructor(parts: Parts, events: FanOutEvents, place: number) {
    this.run = { place }
    this.#parts = parts
    this.#events = events
    this.lines = createFilterLines(parts.filterQueue, {
      hand: (client, parcel, seq) => {
        const isGiven = this.#send(client, parcel, seq, monotonic(parts.clock))
        if (isGiven && events.isWatched()) events.delivered(client, parcel)
        return isGiven
      },
      overflowed: events.overflowed,
      dropped: () => parts.counters.dropped.volatile++,
    })
  }

  /** Hands an event to all that it is for. Those whose filter takes its time get it later, in order. */
  give({ parcel, to, seq, run, outcome }: Turn): void {
    const { registry, clock } = this.#parts
    const isWatched = this.#events.isWatched()
    // Once for all: to read the clock for each client costs as much as all the rest.
    const now = monotonic(clock)
    const nth = ++this.#turns
    for (const client of registry.candidates(to)) {
      // A function of the application has begun the log again: every client has its gap.
      if (seq && run !== this.run) return
      if (!client.live || client.ended || (seq && seq <= client.after)) continue
      // If a filter makes its client leave a topic and join it again, the client comes last, a second time.
      if (client.turn === nth) continue
      client.turn = nth
      const answer = this.#ask(client, parcel)
      if (answer === false || (seq && run !== this.run)) continue
      if (answer !== true || this.lines.has(client)) this.lines.wait(client, { parcel, seq, answer }, this.run.place)
      else if (this.#send(client, parcel, seq, now)) {
        outcome.delivered++
        if (isWatched) this.#events.delivered(client, parcel)
      }
    }
    if (seq && run === this.run) run.place = seq
  }

  /** The log has begun again, and every client gets a gap: what waits is dropped. @returns The clients that lose something. */
  restart(place: number): readonly Client[] {
    this.run = { place }
    return this.lines.closeAll()
  }

  /** @returns The answer of the filter. False too where it has ended the client, or something of the client's throws. */
  #ask(client: Client, parcel: Parcel): boolean | Later {
    try {
      const answer = parcel.isFor(client)
      return !client.ended && answer
    } catch (error) {
      this.#events.broken(client, error)
      return false
    }
  }

  /**
   * @param now - On the monotonic clock.
   * @returns Whether the client has been given it.
   */
  #send(client: Client, parcel: Parcel, seq: number, now: number): boolean {
    try {
      if (!client.outlet.send(parcel.bytes(client.native), parcel.expendable, now)) {
        this.#events.overflowed(client)
        return false
      }
    } catch (error) {
      this.#events.broken(client, error)
      return false
    }
    this.#parts.counters.delivered++
    if (seq) {
      client.sentSeq = seq
      client.sentAt = client.outlet.lastWriteAt
    }
    return true
  }
}
