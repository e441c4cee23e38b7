import type { Timer } from '../base/clock.ts'
import type { SSEError, SSEErrorCode } from '../base/errors.ts'
import type { ConnectionState, PauseReason, Wait } from '../decisions/state.ts'
import type { Nature } from '../decisions/statuses.ts'
import type { TransportRequest } from '../transports/request.ts'
import type { Host, TransportLink } from '../transports/transport.ts'

/** One attempt, from its start until another takes its place. */
export interface Attempt {
  _request?: TransportRequest
  _link?: TransportLink
  /** It brought an event other than a heartbeat. False: only such as were delivered before. */
  _hasNews?: boolean
}

/**
 * The types that the parts of a connection share. Names that begin with `_` are the package's own: the build shortens them.
 */
export interface Shared extends Host {
  lastEventId: string
  _state: ConnectionState
  /** The attempt under way. Of every other, nothing is heard. */
  _attempt: Attempt | undefined
  /** Whether a connection has ever been open; `resumed`: with a last event id. */
  _everOpened: boolean | 'resumed' | undefined

  /** Failures in a row. */
  _failures: number
  /** How often each kind of failure has happened since the last opening. */
  _seen: Partial<Record<Nature, number>>
  /** The server's own reconnection time in milliseconds (HTML 9.2.6, `retry`). */
  _serverRetry: number | undefined

  /** The timer of the state: entering another state stops it. */
  readonly _wake: Timer

  /** The next attempt is at another time. @param least - The milliseconds that the server asked for. */
  wait(wait: Wait, least?: number): void
  /** Enters a state, starts and stops what belongs to it, and tells the observers. @param looksAgain - Watch page and network after `closed`, too. */
  _go(next: ConnectionState, looksAgain?: boolean): void
  /** Starts an attempt, in place of the one that there is. */
  _start(): void
  /** An attempt failed, or its stream broke or ended. */
  _fail(cause: unknown): void
  _pause(reason: PauseReason): void
  _resume(reason: PauseReason): void
  /**
   * The page or the network is back: ends a wait early, doubts a pause for `offline`, looks once more at a client that a
   * deployment closed. @returns In how many milliseconds.
   */
  _retrySoon(): number
  /** The attempt opened. @param requested - The last event id that it had. */
  _opened(requested: string): void
  /** For how long the connection has been open, in milliseconds; -1: it is not. */
  _openFor(): number
  /** Once the connection has been open for `resetAfter`, earlier failures do not count. */
  _settle(): void
  /** An error about the attempt under way. */
  _error(code: SSEErrorCode, message: unknown, cause?: unknown): SSEError
}
