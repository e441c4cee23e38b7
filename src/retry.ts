import type { Spec } from './check.ts'
import type { SSEError } from './errors.ts'

/*
 * Pure: what a failure leads to, and when. Nothing here sleeps, draws a random number or reads a clock.
 */

/** How to try again. Every time is in milliseconds. */
export interface RetryOptions {
  /**
   * The spread of the first wait. A server's `retry:` field takes its place, and is a minimum besides.
   * @defaultValue 1000
   */
  readonly initial?: number | undefined
  /**
   * The largest spread. Infinity: it grows without end.
   * @defaultValue 30000
   */
  readonly max?: number | undefined
  /**
   * What the spread grows by with each failure. 1: it does not grow.
   * @defaultValue 2
   */
  readonly factor?: number | undefined
  /**
   * `full`: wait 100 ms and a random part of the spread, so that clients cut off together do not come
   * back together. `none`: wait 100 ms and the whole spread; for tests.
   * @defaultValue 'full'
   */
  readonly jitter?: 'full' | 'none' | undefined
  /**
   * How many retries in a row may fail before the subscription closes with `gave-up`.
   * Infinity: never, as phones go offline for hours. 0: the first failure is the last.
   * @defaultValue Infinity
   */
  readonly attempts?: number | undefined
  /**
   * How long a connection must have been open before the count of failures starts over. A server that
   * accepts and hangs up at once is therefore still backed off from. 0: opening is enough. Infinity: never.
   * @defaultValue 10000
   */
  readonly resetAfter?: number | undefined
}

/**
 * Your own timing: milliseconds until the next try (at least 100), or null to give up. Asked only about
 * failures that a retry can mend; a server's `Retry-After` stays a minimum.
 * @param attempt - 1 for the first retry in a row, and so on.
 * @param error - The failure.
 * @param openFor - How long the lost connection had been open, in milliseconds; 0 if it never was.
 */
export type RetryFunction = (attempt: number, error: SSEError, openFor: number) => number | null

/** The options with all of them filled in. */
export type CompleteRetry = { readonly [N in keyof RetryOptions]-?: NonNullable<RetryOptions[N]> }

export type RetryPolicy = CompleteRetry | RetryFunction | false

/** The options and their defaults, for the check. */
export const RETRY_SPEC: Spec<RetryOptions> = {
  initial: ['number from 0', 1000],
  max: ['number from 0', 30_000],
  factor: ['number from 0', 2],
  jitter: ["'full'|'none'", 'full'],
  attempts: ['number from 0', Infinity],
  resetAfter: ['number from 0', 10_000],
}

/** No wait is shorter: `retry: 0` must not become a busy loop (Chromium's own EventSource has no floor). */
export const FLOOR = 100
const RETRY_FIELD_MAX = 600_000
const RETRY_AFTER_MAX = 3_600_000

type Nature = 'retry' | 'doubtful' | 'cursor' | 'credentials' | 'fatal'

/**
 * How often each kind of failure may happen before it is final, counted since the last open.
 * `doubtful`: what a deployment or a captive portal explains, 404 and a wrong content type · `cursor`: the server does not
 * know the id that it should resume from · `credentials`: it does not know the user.
 */
const ALLOWED: Readonly<Record<Nature, number>> = { retry: Infinity, doubtful: 2, cursor: 1, credentials: 1, fatal: 0 }

/** What is remembered of earlier tries, and what the last failure led to. */
export interface History {
  /** Failures in a row, as `attempt` of the state shows it. */
  readonly failures: number
  /** When the first of them was. */
  readonly since: number
  /** How often each kind has happened since the last open. */
  readonly seen: Readonly<Partial<Record<Nature, number>>>
  /** The server's own reconnection time (HTML 9.2.6, `retry`), clamped. */
  readonly serverRetry?: number | undefined
  /** Try again; ask for fresh credentials, or drop the cursor, and try again at once; or close: as it is final, or was one too many. */
  readonly action?: 'retry' | 'credentials' | 'cursor' | 'end' | 'give-up'
  /** When to try again. */
  readonly until: number
  /** Before this not even if the network comes back. */
  readonly earliest: number
}

export const FRESH: History = { failures: 0, since: 0, seen: {}, until: 0, earliest: 0 }

/** What failed before a connection that has been open for so long is forgotten. */
export const proven = (policy: RetryPolicy, openFor: number): boolean =>
  openFor >= (typeof policy === 'object' ? policy.resetAfter : 10_000)

/** The server sent a `retry:` field. */
export const advised = (history: History, ms: number): History => ({
  ...history,
  serverRetry: Math.min(Math.max(ms, FLOOR), RETRY_FIELD_MAX),
})

/**
 * What a failure leads to.
 * @param openFor - Milliseconds that the lost connection had been open; -1 if it never was.
 * @param cursorSent - A last event id went with the request.
 * @param random - 0 <= random < 1.
 */
export function judge(
  history: History,
  policy: RetryPolicy,
  error: SSEError,
  openFor: number,
  cursorSent: boolean,
  now: number,
  random: number,
): History {
  const nature = classify(error, cursorSent)
  const seen = { ...history.seen, [nature]: (history.seen[nature] ?? 0) + 1 }
  if ((seen[nature] ?? 0) > ALLOWED[nature]) return { ...history, action: 'end' }
  if (nature === 'credentials' || nature === 'cursor') return { ...history, seen, action: nature }

  if (!policy) return { ...history, action: 'end' }

  const own = typeof policy === 'function'
  const failures = proven(policy, openFor) ? 1 : history.failures + 1
  const next = { ...history, seen, failures, since: failures > 1 ? history.since : now }
  const [delay, guard] = own ? [policy(failures, error, Math.max(openFor, 0)), 0] : backoff(next, policy, random)
  if (delay === null) return { ...next, action: 'give-up' }
  // A random part on top, or everybody whom a 503 turned away comes back in the same millisecond.
  const earliest = now + Math.min((error.retryAfter ?? 0) * (1 + random / 5), RETRY_AFTER_MAX)
  // `||`: a function may well answer NaN.
  return {
    ...next,
    action: 'retry',
    earliest,
    until: Math.ceil(Math.max(now + (delay || 0), now + FLOOR, earliest, guard)),
  }
}

/** The delay, null for none; and a time before which no try may be. */
function backoff(
  { failures, since, serverRetry }: History,
  policy: CompleteRetry,
  random: number,
): [number | null, number] {
  const { initial, max, factor, jitter, attempts } = policy
  const base = serverRetry ?? initial
  // 0 * Infinity, after a thousand failures with `initial: 0`, would be NaN.
  const spread = Math.min(max, base * factor ** (failures - 1) || 0)
  const delay = (serverRetry ?? FLOOR) + spread * (jitter === 'full' ? random : 1)
  // Full jitter alone lets a run of short draws through: five tries within 5 s, in one case of seven.
  return [failures > attempts ? null : delay, failures > 3 ? since + spread * 0.75 : 0]
}

function classify({ code, status }: SSEError, cursorSent: boolean): Nature {
  if (code === 'unauthorized') return 'credentials'
  if (code === 'content-type' || status === 404) return 'doubtful'
  // Too old, too long, or of another server (409 also without one: somebody else holds the stream).
  if (status === 409 || (cursorSent && /41[024]|431/.test(`${status}`))) return 'cursor'
  if (code === 'options') return 'fatal'
  return code !== 'http' || /408|42[159]|5(?!01|05)../.test(`${status}`) ? 'retry' : 'fatal'
}

/**
 * `Retry-After` as milliseconds from now (RFC 9110 10.2.3): seconds, or a date, which is read against the
 * answer's own `Date` so that a client whose clock is wrong waits no longer than it was asked to.
 * 0 where there is none or it makes no sense; at most an hour.
 */
export function parseRetryAfter(value: string | null, date: string | null, now: number): number {
  const seconds = Number(value)
  const ms = seconds >= 0 ? seconds * 1000 : Date.parse(`${value}`) - (Date.parse(`${date}`) || now)
  return Math.min(Math.max(ms || 0, 0), RETRY_AFTER_MAX)
}
