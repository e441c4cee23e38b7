import { monotonic } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'

/*
 * Gives bytes to what carries them. A large event goes in pieces, so that the server sees whether a slow client takes any of it.
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
  /**
   * The client has gone, or the response has ended. Telling it twice does no harm.
   * @param error - What carries the bytes has failed with this. It goes to `onError`.
   */
  closed(error?: unknown): void
}

export interface Carrier {
  /** Writes, or begins to. Only while {@link Carrier.blockedSince} is undefined. */
  write(bytes: Uint8Array): void
  /** The sink has drained: goes on with what was begun. */
  resume(): void
  /** Throws away what was begun. */
  drop(): void
  /** Since when the sink has taken nothing, on the monotonic clock. Undefined while it takes what comes. */
  readonly blockedSince: number | undefined
  /** On the monotonic clock. */
  readonly lastWriteAt: number
}

/**
 * The largest piece, in bytes: what Node and the body of a Response take before they say that they are full. Each piece of a
 * large event costs a write; one that fits costs one, as it is.
 */
const PIECE = 64 * 1024

export function createCarrier(sink: Sink, clock: Clock): Carrier {
  let rest: Uint8Array | undefined

  function go(): void {
    // A body calls back for more while it is written to: before each write all is as if this piece were the last.
    while (rest && self.blockedSince === undefined) {
      const piece = rest.subarray(0, PIECE)
      rest = rest.length > PIECE ? rest.subarray(PIECE) : undefined
      if (!sink.write(piece)) self.blockedSince = self.lastWriteAt
    }
  }

  const self: { -readonly [K in keyof Carrier]: Carrier[K] } = {
    blockedSince: undefined,
    lastWriteAt: monotonic(clock),
    write(bytes) {
      self.lastWriteAt = monotonic(clock)
      if (bytes.length > PIECE) {
        rest = bytes
        go()
      } else if (!sink.write(bytes)) self.blockedSince = self.lastWriteAt
    },
    resume() {
      self.blockedSince = undefined
      if (!rest) return
      self.lastWriteAt = monotonic(clock)
      go()
    },
    drop() {
      rest = undefined
      self.blockedSince = undefined
    },
  }
  return self
}
