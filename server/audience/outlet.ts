import type { Clock } from '../../src/index.ts'
import { createCarrier, type Sink } from './carrier.ts'
import { createPace } from './pace.ts'
import { createWaiting, type Expendable, type Losses, type Waiting } from './waiting.ts'

/*
 * The way out to one client, bounded. What the sink takes goes straight through. While it takes nothing, or the client has had
 * its events of this second, they wait here, up to a limit in number and in bytes. Beyond that the stream is closed, and the client resumes with its cursor.
 */

export interface Outlet {
  /**
   * Sends, now or as soon as can be.
   * @param expendable - Of an event; left out for what the hub itself has to say.
   * @returns False if there is no room left: the client is too far behind.
   */
  send(bytes: Uint8Array, expendable?: Expendable): boolean
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
  /** What is sent goes straight to the sink, and does not wait. */
  readonly isOpen: boolean
  /** Since when the sink takes nothing, on the monotonic clock. Undefined while it takes what comes. */
  readonly blockedSince: number | undefined
  /** On the monotonic clock. */
  readonly lastWriteAt: number
  /** When the sink was last seen to take something, or to have nothing to take, on the monotonic clock. */
  readonly takenAt: number
  /** What waits, without an event of which a part has been written. */
  readonly events: number
  readonly bytes: number
}

/** @param losses - Counts on, for all outlets. */
export function createOutlet(
  sink: Sink,
  limits: { readonly queueBytes: number; readonly queueEvents: number; readonly eventsPerSecond: number },
  clock: Clock,
  losses: Losses,
): Outlet {
  const carrier = createCarrier(sink, clock)
  const waiters: (() => void)[] = []
  /** Made for those who need it: most clients never do. */
  let waiting: Waiting | undefined
  const pace = limits.eventsPerSecond < Infinity ? createPace(limits.eventsPerSecond, clock, pump) : undefined

  const wake = (): void => {
    for (const resolve of waiters.splice(0)) resolve()
  }
  const isOpen = (): boolean => carrier.blockedSince === undefined && !pace?.isHeld

  function pump(): void {
    while (isOpen()) {
      const next = waiting?.take()
      if (!next) return wake()
      carrier.write(next.bytes)
      if (next.isEvent) pace?.spend()
    }
  }

  return {
    get blockedSince() {
      return carrier.blockedSince
    },
    get lastWriteAt() {
      return carrier.lastWriteAt
    },
    get takenAt() {
      return carrier.takenAt
    },
    get events() {
      return waiting?.events ?? 0
    },
    get bytes() {
      return waiting?.bytes ?? 0
    },
    isPaced: pace !== undefined,
    get isOpen() {
      return isOpen()
    },
    spend() {
      pace?.spend()
    },
    send(bytes, expendable) {
      if (carrier.blockedSince === undefined && !pace?.isHeld) {
        carrier.write(bytes)
        if (pace && expendable) pace.spend()
        return true
      }
      waiting ??= createWaiting(limits, losses)
      return waiting.add(bytes, expendable)
    },
    drained() {
      carrier.resume()
      pump()
    },
    room: () => (isOpen() ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    look: carrier.look,
    close() {
      waiting = undefined
      carrier.drop()
      pace?.stop()
      wake()
    },
  }
}
