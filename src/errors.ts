/**
 * What went wrong, as a word that code can branch on.
 *
 * | code | meaning |
 * |---|---|
 * | `network` | no answer, or the stream broke or ended; `cause` holds what the platform said |
 * | `http` | an answer whose status does not open a stream; `status` holds it |
 * | `content-type` | status 200, but the body is not `text/event-stream` |
 * | `timeout` | no response headers within `connectTimeout` |
 * | `stalled` | the stream is open, but the heartbeat stopped |
 * | `too-large` | an event longer than `maxEventSize`, or an iterator that fell further behind than its `limit` |
 * | `unauthorized` | status 401, and no fresh credentials were to be had |
 * | `gave-up` | the retries that `retry` allows are used up; `cause` is the last failure |
 * | `options` | an option that cannot work, thrown at once; the message names it and says what it wants |
 */
export type SSEErrorCode =
  | 'network'
  | 'http'
  | 'content-type'
  | 'timeout'
  | 'stalled'
  | 'too-large'
  | 'unauthorized'
  | 'gave-up'
  | 'options'

/** Facts about a failure that go beyond its code. */
export interface SSEErrorDetails {
  /** What the platform or a callback threw. */
  readonly cause?: unknown
  /** The HTTP status, where the server answered with one. */
  readonly status?: number
  /** How long the server asked to be left alone (`Retry-After`), in milliseconds from now. */
  readonly retryAfter?: number
}

/** Every error that headwater throws or reports. Branch on {@link SSEError.code}. */
export class SSEError extends Error {
  declare readonly name: 'SSEError'
  /** What went wrong, from a closed set. */
  declare readonly code: SSEErrorCode
  /** The HTTP status, where the server answered with one. */
  declare readonly status?: number
  /** How long the server asked to be left alone (`Retry-After`), in milliseconds from when it answered; 0 if it did not. */
  declare readonly retryAfter?: number

  constructor(code: SSEErrorCode, message: string, details?: SSEErrorDetails) {
    super(message)
    Object.assign(this, { name: 'SSEError', code }, details)
  }
}

/**
 * Tells whether a value is an {@link SSEError}. Unlike `instanceof` it also knows errors from another
 * realm (an iframe, a worker) or from a second copy of this package.
 */
export function isSSEError(value: unknown): value is SSEError {
  return typeof value === 'object' && value !== null && 'code' in value && (value as SSEError).name === 'SSEError'
}

/**
 * The last resort for an error that nobody asked to hear of: the platform's own report (HTML 8.1.4.3),
 * so that `window.onerror` and error trackers see it. Never thrown: one bad callback must not stop a stream.
 */
export function report(error: unknown): void {
  // Node has no reportError, and an error thrown there from a timer would end the process.
  ;(globalThis.reportError ?? console.error)(error)
}

/** Calls a callback of the application's; what it throws is reported. */
export function guarded<A extends readonly unknown[]>(callback: (...args: A) => unknown, ...args: A): void {
  try {
    callback(...args)
  } catch (error) {
    report(error)
  }
}
