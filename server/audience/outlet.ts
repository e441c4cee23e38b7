import { monotonic } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'

/*
 * The way out to one client, bounded. What the socket takes goes straight through; while it takes nothing, events wait here,
 * up to a limit in number and in bytes. A reader that stays behind further is left to its cursor: it comes back for the rest.
 */

/** What carries bytes to one client. */
export interface Sink {
  /** @returns False if no more is to be written until {@link SinkEvents.drained}; these bytes are taken all the same. */
  write(bytes: Uint8Array): boolean
  /** Ends the response after what was written. */
  end(): void
  /** Breaks the connection. */
  destroy(): void
}

/** What a sink tells, until {@link SinkEvents.closed}. */
export interface SinkEvents {
  /** More may be written. */
  drained(): void
  /** The client has gone, or the response has ended. Telling it twice does no harm. */
  closed(): void
}

/** How an event may be given up while it waits. */
export interface Expendable {
  /** An event that waits under the same key is replaced: the later one says all. */
  readonly key?: string | undefined
  /** May be dropped rather than make the queue overflow. */
  readonly volatile?: boolean | undefined
}

export interface Outlet {
  /**
   * Sends, now or as soon as can be.
   * @returns False if there is no room left: the client is too far behind.
   */
  send(bytes: Uint8Array, expendable?: Expendable): boolean
  drained(): void
  /** Resolves when nothing waits, or the outlet has been closed. */
  room(): Promise<void>
  /** Throws away what waits. */
  close(): void
  /** Since when the sink takes nothing, on the monotonic clock. Undefined while it takes what comes. */
  readonly blockedSince: number | undefined
  /** On the monotonic clock. */
  readonly lastWriteAt: number
  /** What waits. */
  readonly events: number
  readonly bytes: number
}

/** What became of events that were given up. */
export interface Losses {
  /** Volatile events that were dropped. */
  volatile: number
  /** Events whose key came again while they waited. */
  coalesced: number
}

interface Waiting extends Expendable {
  readonly bytes: Uint8Array
}

/** @param losses - Counts on, for all outlets. */
export function createOutlet(
  sink: Sink,
  limits: { readonly queueBytes: number; readonly queueEvents: number },
  clock: Clock,
  losses: Losses,
): Outlet {
  /** In order; keyed ones by their key, so that a later one takes the place of an earlier, at the end. */
  const queue = new Map<string | number, Waiting>()
  let serial = 0
  let volatile = 0
  const waiters: (() => void)[] = []

  function write(bytes: Uint8Array): void {
    self.lastWriteAt = monotonic(clock)
    if (!sink.write(bytes)) self.blockedSince = self.lastWriteAt
  }

  function remove(id: string | number, { bytes, volatile: counted }: Waiting): void {
    queue.delete(id)
    self.events--
    self.bytes -= bytes.length
    if (counted) volatile--
  }

  function oldestVolatile(): readonly [string | number, Waiting] | undefined {
    if (volatile) for (const each of queue) if (each[1].volatile) return each
    return undefined
  }

  /** An event larger than all the room there is may wait alone: left out, it would never arrive. */
  const fits = ({ length }: Uint8Array): boolean =>
    self.events < limits.queueEvents && (self.events === 0 || self.bytes + length <= limits.queueBytes)

  const self: { -readonly [K in keyof Outlet]: Outlet[K] } = {
    blockedSince: undefined,
    lastWriteAt: monotonic(clock),
    events: 0,
    bytes: 0,
    send(bytes, expendable = {}) {
      if (self.blockedSince === undefined) {
        write(bytes)
        return true
      }
      // Strings and numbers are apart in a Map: no key of a caller's is one of ours.
      const id = expendable.key ?? serial++
      const earlier = queue.get(id)
      if (earlier) {
        remove(id, earlier)
        losses.coalesced++
      }
      while (!fits(bytes)) {
        const victim = oldestVolatile()
        if (!victim && !expendable.volatile) return false
        losses.volatile++
        if (!victim) return true
        remove(...victim)
      }
      queue.set(id, { bytes, ...expendable })
      self.events++
      self.bytes += bytes.length
      if (expendable.volatile) volatile++
      return true
    },
    drained() {
      self.blockedSince = undefined
      for (const [id, waiting] of queue) {
        remove(id, waiting)
        write(waiting.bytes)
        if (self.blockedSince !== undefined) return
      }
      for (const resolve of waiters.splice(0)) resolve()
    },
    room: () => (self.blockedSince !== undefined ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
    close() {
      queue.clear()
      self.blockedSince = undefined
      self.events = 0
      self.bytes = 0
      for (const resolve of waiters.splice(0)) resolve()
    },
  }
  return self
}
