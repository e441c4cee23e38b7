/**
 * The kind of error, as a word that code can branch on.
 *
 * | code | meaning |
 * |---|---|
 * | `network` | there was no answer, or the stream broke or ended; `cause` holds what the platform said. Of `send()`: the client was closed |
 * | `http` | the status of the answer opens no stream; see `status` and `body` |
 * | `content-type` | status 200, but the body is not `text/event-stream`; see `body` |
 * | `timeout` | no response headers within `connectTimeout`, or a callback that did not answer; the message names it |
 * | `stalled` | the stream is open, but the heartbeat stopped |
 * | `too-large` | an event is longer than `maxEventSize`, or an iterator fell further behind than its `limit` |
 * | `unauthorized` | status 401 and no fresh credentials; or a topic that the server does not grant |
 * | `gave-up` | the retries that `retry` allows are used up, or a retry function gave up or threw; `cause` is the last failure, or what was thrown |
 * | `options` | an option that cannot work; the message names it and says what it wants. Thrown at once, or the error of a closed client if a callback made it |
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
  /** The error of the platform or of a callback. */
  readonly cause?: unknown
  /** The HTTP status, if the server answered. */
  readonly status?: number
  /** How long the server asked the client to wait (`Retry-After`), in milliseconds. */
  readonly retryAfter?: number
  /** The beginning of the body of a refused response, as text. */
  readonly body?: string
  /** The server's word for a refusal, if it gave one. */
  readonly reason?: string
}

/** Every error that headwater throws or reports. Branch on {@link SSEError.code}. */
export class SSEError extends Error {
  declare readonly name: 'SSEError'
  /** The kind of error, from a closed set. */
  declare readonly code: SSEErrorCode
  /** The HTTP status, if the server answered. */
  declare readonly status?: number
  /**
   * How long the server asked the client to wait (`Retry-After`), in milliseconds from its answer. 0 if it did not ask;
   * undefined if there was no answer.
   */
  declare readonly retryAfter?: number
  /** The beginning of the body of a refused response: text, at most 1 KiB. Undefined if no response was refused. */
  declare readonly body?: string
  /** Of a hub client: the server's word for a refusal, `code` of `{ error: { code, message } }`. Its message is the error's. */
  declare readonly reason?: string

  constructor(code: SSEErrorCode, message: string, details?: SSEErrorDetails) {
    super(message)
    Object.assign(this, { name: 'SSEError', code }, details)
  }
}

/**
 * Whether a value is an {@link SSEError}. Unlike `instanceof` it recognises errors of another realm (an iframe, a worker)
 * and of a second copy of this package.
 */
export function isSSEError(value: unknown): value is SSEError {
  return typeof value === 'object' && value !== null && 'code' in value && (value as SSEError).name === 'SSEError'
}

/** Any value as text. Anything can be thrown: an object without a text, too. */
export function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return typeof value
  }
}

/**
 * An error about a request. Of the URL, and of URLs in the message, the query, the fragment and the credentials are not
 * shown: they may be secrets.
 */
export const requestError = (url: string, code: SSEErrorCode, message: unknown, details?: SSEErrorDetails): SSEError =>
  new SSEError(
    code,
    `${url}: ${textOf(message)}`
      // First: a server may send headers of 100 kB that end in a message.
      .slice(0, 300)
      .replace(/[?#]\S*[^\s:]/g, '')
      .replace(/\/\/[^/\s]*(@|$)/g, '//'),
    details,
  )

/**
 * The last resort for an error that nobody observes: the platform's own report (HTML 8.1.4.3), so that `window.onerror`
 * and error trackers get it. Never thrown: one bad callback must not stop a stream.
 */
export function report(error: unknown): void {
  try {
    // Node has no reportError, and an error that is thrown there from a timer would end the process.
    ;(globalThis.reportError ?? console.error)(error)
  } catch (why) {
    // Node's console reads the properties of an error, and a getter may throw.
    console.error(why)
  }
}

/** Whether a value is a promise of any kind: of another realm, of a library, or that of zone.js. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'

/** Calls a callback of the application, now. An error that it throws, or that its promise rejects with, is reported. */
export async function callSafely<A extends readonly unknown[]>(
  callback: (...args: A) => unknown,
  ...args: A
): Promise<void> {
  try {
    await callback(...args)
  } catch (error) {
    report(error)
  }
}
