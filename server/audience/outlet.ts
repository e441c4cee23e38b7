import type { Clock } from '../../src/index.ts'
import { Carrier, type Sink } from './carrier.ts'
import { createPace, type Pace } from './pace.ts'
import { createWaiting, type Expendable, type Losses, type Waiting } from './waiting.ts'

/*
 * The way out to one client, bounded. Bytes that the sink takes go straight through. While it takes nothing, or the client
 * has had its events of this second, they wait here, up to a limit in number and in bytes. Beyond that the stream is closed,
 * and the client resumes with its cursor.
 */

export interface Outlet {
  /**
   * Sends, now or as soon as can be.
   * @param expendable - Of an event; left out for what the hub itself has to say.
   * @param now - On the monotonic clock, from a caller that has just read it: to read it takes as long as all the rest.
   * @returns False if there is no room left: the client is too far behind.
   */
  send(bytes: Uint8Array, expendable?: Expendable, now?: number): boolean
  drained(): void
  /** Resolves when nothing waits, or the outlet has been closed. */
  room(): Promise<void>
  /** Throws away what waits. */
  close(): void
  /** Asks the sink how much it has taken. @returns Whether that is all that it was given. */
  look(): boolean
  /** Counts an event that was sent without saying that it is one. */
  spend(): void
  /** There is a limit of events a second. */
  readonly isPaced: boolean
  /** Events go straight to the sink, and do not wait. */
  readonly isOpen: boolean
  /** Since when the sink takes nothing, on the monotonic clock. Undefined while it takes what comes. */
  readonly blockedSince: number | undefined
  /** On the monotonic clock. */
  readonly lastWriteAt: number
  /** When the sink was last seen to take something, or to have nothing to take, on the monotonic clock. */
  readonly takenAt: number
  /** The waiting events, without one of which a part has been written. */
  readonly events: number
  readonly bytes: number
}

interface Limits {
  readonly queueBytes: number
  readonly queueEvents: number
  readonly eventsPerSecond: number
}

/** @param losses - Counts on, for all outlets. */
export const createOutlet = (sink: Sink, limits: Limits, clock: Clock, losses: Losses): Outlet =>
  new ClientOutlet(sink, limits, clock, losses)

/**
 * A class, as every event for every client passes through one: objects of a class have one shape. Objects that a function makes
 * with getters have one each, and sending took twice the time.
 */
class ClientOutlet implements Outlet {
  readonly #carrier: Carrier
  readonly #pace: Pace | undefined
  readonly #limits: Limits
  readonly #losses: Losses
  /** Made when it is needed first: most clients never need it. */
  #waiting: Waiting | undefined
  #waiters: (() => void)[] | undefined

  constructor(sink: Sink, limits: Limits, clock: Clock, losses: Losses) {
    this.#carrier = new Carrier(sink, clock)
    this.#limits = limits
    this.#losses = losses
    this.#pace =
      limits.eventsPerSecond < Infinity ? createPace(limits.eventsPerSecond, clock, () => this.#pump()) : undefined
  }

  get blockedSince(): number | undefined {
    return this.#carrier.blockedSince
  }
  get lastWriteAt(): number {
    return this.#carrier.lastWriteAt
  }
  get takenAt(): number {
    return this.#carrier.takenAt
  }
  get events(): number {
    return this.#waiting?.events ?? 0
  }
  get bytes(): number {
    return this.#waiting?.bytes ?? 0
  }
  get isPaced(): boolean {
    return this.#pace !== undefined
  }
  get isOpen(): boolean {
    return this.#carrier.blockedSince === undefined && !this.#pace?.isHeld
  }

  send(bytes: Uint8Array, expendable?: Expendable, now?: number): boolean {
    const pace = this.#pace
    if (this.#carrier.blockedSince === undefined && !pace?.isHeld) {
      this.#carrier.write(bytes, now)
      if (pace && expendable) pace.spend()
      return true
    }
    this.#waiting ??= createWaiting(this.#limits, this.#losses)
    return this.#waiting.add(bytes, expendable)
  }

  spend(): void {
    this.#pace?.spend()
  }

  drained(): void {
    this.#carrier.resume()
    this.#pump()
  }

  room(): Promise<void> {
    if (this.isOpen) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters ??= []
      this.#waiters.push(resolve)
    })
  }

  look(): boolean {
    return this.#carrier.look()
  }

  close(): void {
    this.#waiting = undefined
    this.#carrier.drop()
    this.#pace?.stop()
    this.#wake()
  }

  #pump(): void {
    while (this.isOpen) {
      const next = this.#waiting?.take()
      if (!next) return this.#wake()
      this.#carrier.write(next.bytes)
      if (next.isEvent) this.#pace?.spend()
    }
  }

  #wake(): void {
    const waiters = this.#waiters ?? []
    this.#waiters = undefined
    for (const resolve of waiters) resolve()
  }
}
