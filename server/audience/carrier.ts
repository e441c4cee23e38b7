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
  /**
   * How many bytes have been written and not been taken yet. Without it the server goes by `write` and `drained`, and does not
   * notice a client that takes nothing of the last few bytes.
   */
  pending?(): number
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

/** What a host tells of the peer of a connection, if it can find out. */
export interface PeerEvents {
  /** For how long the peer may not prove to be there, in milliseconds. Infinity: for ever. */
  readonly clientTimeout: number
  /** The peer has not answered for so long. The stream ends, and the connection is broken. */
  vanished(): void
}

export interface Carrier {
  /** Writes, or begins to. Only while {@link Carrier.blockedSince} is undefined. */
  write(bytes: Uint8Array): void
  /** The sink has drained: goes on with what was begun. */
  resume(): void
  /** Throws away what was begun. */
  drop(): void
  /** Asks the sink how much it has taken. @returns Whether that is all. */
  look(): boolean
  /** Since when the sink has taken nothing, on the monotonic clock. Undefined while it takes what comes. */
  readonly blockedSince: number | undefined
  /** On the monotonic clock. */
  readonly lastWriteAt: number
  /** When the sink was last seen to take something, or to have nothing to take, on the monotonic clock. */
  readonly takenAt: number
}

/**
 * The largest piece, in bytes: what Node and the body of a Response take before they say that they are full. Each piece of a
 * large event costs a write; one that fits costs one, as it is.
 */
const PIECE = 64 * 1024

export function createCarrier(sink: Sink, clock: Clock): Carrier {
  let rest: Uint8Array | undefined
  /** What the sink has not taken if it has taken nothing since it was asked, in bytes. */
  let owed = 0

  function go(): void {
    // A body calls back for more while it is written to: before each write all is as if this piece were the last.
    while (rest && self.blockedSince === undefined) {
      const piece = rest.subarray(0, PIECE)
      rest = rest.length > PIECE ? rest.subarray(PIECE) : undefined
      owed += piece.length
      if (!sink.write(piece)) self.blockedSince = self.lastWriteAt
    }
  }

  const self: { -readonly [K in keyof Carrier]: Carrier[K] } = {
    blockedSince: undefined,
    lastWriteAt: monotonic(clock),
    takenAt: monotonic(clock),
    write(bytes) {
      self.lastWriteAt = monotonic(clock)
      if (bytes.length > PIECE) {
        rest = bytes
        go()
        return
      }
      owed += bytes.length
      if (!sink.write(bytes)) self.blockedSince = self.lastWriteAt
    },
    resume() {
      // The body of a Response asks for more after each write: that says only that there was room.
      if (self.blockedSince !== undefined) self.takenAt = monotonic(clock)
      self.blockedSince = undefined
      if (!rest) return
      self.lastWriteAt = monotonic(clock)
      go()
    },
    look() {
      const pending = sink.pending?.() ?? (self.blockedSince === undefined ? 0 : owed)
      if (pending === 0 || pending < owed) self.takenAt = monotonic(clock)
      owed = pending
      return pending === 0
    },
    drop() {
      rest = undefined
      self.blockedSince = undefined
    },
  }
  return self
}
