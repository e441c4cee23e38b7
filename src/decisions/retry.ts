import type { SSEError } from '../base/errors.ts'
import type { Nature } from './statuses.ts'

/*
 * The next step after a failure, and when it is taken. Pure: nothing here sets a timer, draws a random number or reads a
 * clock. Times are milliseconds on the monotonic clock.
 */

/** How to retry. Every time is in milliseconds. */
export interface RetryOptions {
  /**
   * The spread of the first wait. A server's `retry:` field replaces it, and is a minimum then.
   * @defaultValue 1000
   */
  readonly initial?: number | undefined
  /**
   * The largest spread. Infinity: it grows without end.
   * @defaultValue 30000
   */
  readonly max?: number | undefined
  /**
   * The factor by which the spread grows with each failure. 1: it does not grow.
   * @defaultValue 2
   */
  readonly factor?: number | undefined
  /**
   * `full`: wait 100 ms and a random part of the spread, so that clients that were cut off together do not come back
   * together. `none`: wait 100 ms and the whole spread; for tests.
   * @defaultValue 'full'
   */
  readonly jitter?: 'full' | 'none' | undefined
  /**
   * How many retries in a row may fail before the client closes with `gave-up`. Infinity: no limit, as phones go offline
   * for hours. 0: the first failure is the last.
   * @defaultValue Infinity
   */
  readonly attempts?: number | undefined
  /**
   * How long a connection must have been open before the count of failures starts over. A server that accepts and hangs
   * up at once is therefore still backed off from. 0: opening is enough. Infinity: it never starts over.
   * @defaultValue 10000
   */
  readonly resetAfter?: number | undefined
}

/**
 * Your own timing: milliseconds until the next attempt (at least 100), or null to give up. Called only for failures that
 * a retry can mend. A server's `Retry-After` stays a minimum.
 * @param attempt - 1 for the first retry in a row, and so on.
 * @param error - The failure.
 * @param openFor - How long the lost connection was open, in milliseconds; 0 if it never was.
 */
export type RetryFunction = (attempt: number, error: SSEError, openFor: number) => number | null

/** Retry options, all of them. */
export type CompleteRetry = { readonly [N in keyof RetryOptions]-?: NonNullable<RetryOptions[N]> }

export const RETRY: CompleteRetry = {
  initial: 1000,
  max: 30_000,
  factor: 2,
  jitter: 'full',
  attempts: Infinity,
  resetAfter: 10_000,
}

/** No wait is shorter: `retry: 0` must not become a busy loop (Chromium's own EventSource has no floor). */
export const FLOOR = 100
const RETRY_FIELD_MAX = 600_000
const RETRY_AFTER_MAX = 3_600_000
/** A stream that was open before may answer like a wrong address for this long: a deployment, not a mistake. */
const DEPLOYMENT = 600_000

/** How often each kind of failure may happen before it is final, counted since the last opening. */
export const ALLOWED: Readonly<Partial<Record<Nature, number>>> = {
  retry: Infinity,
  doubtful: 2,
  cursor: 1,
  credentials: 1,
}

/**
 * Whether a failure is the last.
 * @param count - How often this kind of failure has happened since the last opening, this one included.
 * @param deployingFor - For how long a stream that was open before has failed like a wrong address; Infinity if it never was
 *   open, or if the failure is of another kind.
 */
export const isFinal = (nature: Nature, count: number, deployingFor: number): boolean =>
  count > (ALLOWED[nature] ?? 0) && deployingFor >= DEPLOYMENT

/** A server's `retry:` field, in milliseconds. */
export const clampRetry = (ms: number): number => Math.min(Math.max(ms, FLOOR), RETRY_FIELD_MAX)

/**
 * How long the server asked the client to wait, in milliseconds. A random part is on top, or all clients that a 503 turned
 * away come back in the same millisecond.
 */
export const leastWait = (retryAfter: number | undefined, random: number): number =>
  Math.min((retryAfter ?? 0) * (1 + random / 5), RETRY_AFTER_MAX)

/**
 * How long to wait for the next attempt, in milliseconds; null: there is none.
 * @param failures - Failures in a row, this one included.
 * @param serverRetry - The `retry:` field of the server, if it sent one.
 * @param isPolled - The server ends each response in order: it is followed as browsers do, not backed off from.
 */
export function backoff(
  failures: number,
  serverRetry: number | undefined,
  { initial, max, factor, jitter, attempts }: CompleteRetry,
  random: number,
  isPolled: boolean,
): number | null {
  if (failures > attempts) return null
  const chance = jitter === 'none' ? 1 : random
  if (isPolled) return (serverRetry ?? Math.min(max, initial * 3)) * (1 + chance / 5)
  // 0 * Infinity, after a thousand failures with `initial: 0`, would be NaN.
  const spread = Math.min(max, (serverRetry ?? initial) * factor ** (failures - 1) || 0)
  return (serverRetry ?? FLOOR) + spread * chance
}
