import { monotonic } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'

/*
 * Gives bytes to what carries them. A large event goes in pieces, so that the server sees whether a slow client takes any of it.
 */

/** The carrier of bytes to one client. */
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

/** The reports of a sink, until {@link SinkEvents.closed}. */
export interface SinkEvents {
  /** More may be written. */
  drained(): void
  /**
   * The client has gone, or the response has ended. Telling it twice does no harm.
   * @param error - The carrier of the bytes has failed with this error. It goes to `onError`.
   */
  closed(error?: unknown): void
}

/** The host's facts about the peer of a connection, if it can find out. */
export interface PeerEvents {
  /** For how long the peer may not prove to be there, in milliseconds. Infinity: for ever. */
  readonly clientTimeout: number
  /** The peer has not answered for so long. The stream ends, and the connection is broken. */
  vanished(): void
}

/**
 * The largest piece, in bytes: what Node and the body of a Response take before they say that they are full. Each piece of a
 * large event costs a write; one that fits costs one, as it is.
 */
const PIECE = 64 * 1024

/** A class: every event for every client passes through one, and objects of a class have one shape. */
export class Carrier {
  /** Since when the sink has taken nothing, on the monotonic clock. Undefined while it takes what comes. */
  blockedSince: number | undefined
  /** On the monotonic clock. */
  lastWriteAt: number
  /** When the sink was last seen to take something, or to have nothing to take, on the monotonic clock. */
  takenAt: number
  readonly #sink: Sink
  readonly #clock: Clock
  #rest: Uint8Array | undefined
  /** The bytes that the sink has not taken, if it has taken nothing since it was asked. */
  #owed = 0

  constructor(sink: Sink, clock: Clock) {
    this.#sink = sink
    this.#clock = clock
    this.blockedSince = undefined
    this.lastWriteAt = monotonic(clock)
    this.takenAt = this.lastWriteAt
  }

  /** Writes, or begins to. Only while {@link Carrier.blockedSince} is undefined. @param now - On the monotonic clock. */
  write(bytes: Uint8Array, now: number = monotonic(this.#clock)): void {
    this.lastWriteAt = now
    if (bytes.length <= PIECE) return this.#writePiece(bytes)
    this.#rest = bytes
    this.#writeRest()
  }

  /** The sink has drained: goes on with what was begun. */
  resume(): void {
    // The body of a Response asks for more after each write: that says only that there was room.
    if (this.blockedSince !== undefined) this.takenAt = monotonic(this.#clock)
    this.blockedSince = undefined
    if (!this.#rest) return
    this.lastWriteAt = monotonic(this.#clock)
    this.#writeRest()
  }

  /** Asks the sink how much it has taken. @returns Whether that is all. */
  look(): boolean {
    const pending = this.#sink.pending?.() ?? (this.blockedSince === undefined ? 0 : this.#owed)
    if (pending === 0 || pending < this.#owed) this.takenAt = monotonic(this.#clock)
    this.#owed = pending
    return pending === 0
  }

  /** Throws away what was begun. */
  drop(): void {
    this.#rest = undefined
    this.blockedSince = undefined
  }

  #writeRest(): void {
    // A body calls back for more while it is written to: before each write all is as if this piece were the last.
    while (this.#rest && this.blockedSince === undefined) {
      const rest: Uint8Array = this.#rest
      this.#rest = rest.length > PIECE ? rest.subarray(PIECE) : undefined
      this.#writePiece(rest.subarray(0, PIECE))
    }
  }

  #writePiece(bytes: Uint8Array): void {
    this.#owed += bytes.length
    if (!this.#sink.write(bytes)) this.blockedSince = this.lastWriteAt
  }
}
