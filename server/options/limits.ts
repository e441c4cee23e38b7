import { fill, type Spec, wrong } from './check.ts'

/**
 * How much a hub accepts. Beyond a limit it refuses the request, and never closes one stream to make room for another. 0: none.
 * Infinity: no limit.
 */
export interface HubLimits {
  /**
   * Open streams of all clients. Beyond: status 503 with `Retry-After`.
   * @defaultValue 10_000
   */
  readonly clients?: number | undefined
  /**
   * Open streams of one user, in all processes that have a relay in common. Beyond: status 429 with `Retry-After`.
   * @defaultValue 20
   */
  readonly perUser?: number | undefined
  /**
   * Open streams with one topic. Beyond: the topic is refused with the code `full`, and the stream opens without it. Status 429 if
   * the topic comes from the address (`paths`).
   * @defaultValue Infinity
   */
  readonly perTopic?: number | undefined
  /**
   * Topics that one client may ask for. Beyond: the first ones are joined, and the others are refused with the code `too-many`.
   * @defaultValue 100
   */
  readonly topics?: number | undefined
  /**
   * Topics that `join` remembers for users and sessions, counted once for each of them. Beyond: `join` throws.
   * @defaultValue 100_000
   */
  readonly memberships?: number | undefined
  /**
   * The bytes that may wait for a slow client. Beyond: its stream is closed, and it reconnects with its cursor.
   * @defaultValue 1 Mi
   */
  readonly queueBytes?: number | undefined
  /**
   * The same, in events.
   * @defaultValue 1000
   */
  readonly queueEvents?: number | undefined
  /**
   * For how long a client may take nothing, in milliseconds, before its stream is closed.
   * @defaultValue 30_000
   */
  readonly stall?: number | undefined
  /**
   * How long `filter` may take to answer, in milliseconds. Then its answer counts as no, and `onError` gets a TimeoutError. The
   * client's later events wait for it. 0 or Infinity: no limit.
   * @defaultValue 5000
   */
  readonly filterTimeout?: number | undefined
  /**
   * How many events of one client may wait for `filter`. Beyond: its stream is closed, it reconnects with its cursor, and the replay
   * asks again. 0: none, so `filter` must answer without a promise.
   * @defaultValue 1000
   */
  readonly filterQueue?: number | undefined
  /**
   * The body of a POST, in bytes. Beyond: status 413.
   * @defaultValue 16 Ki
   */
  readonly body?: number | undefined
  /**
   * POSTs a second of one user, or of one session without a user. A second's worth may come at once. Clients without either have
   * one limit for each open stream, for changes of its topics, and share one limit for everything else. Beyond: status 429 with
   * `Retry-After`, code `rate`. 0: no POSTs.
   * @defaultValue Infinity
   */
  readonly postsPerSecond?: number | undefined
  /**
   * Events a second that the hub sends to one client, live and in a replay. A second's worth may go at once. Beyond: events wait as
   * for a slow client. `key` and `volatile` apply. With more than `queueEvents` or `queueBytes` the stream ends, and the client
   * resumes with its cursor. If more is published for a client for longer than the log lasts, it has a gap. At least 1. Infinity: no
   * limit.
   * @defaultValue Infinity
   */
  readonly eventsPerSecond?: number | undefined
}

const LIMITS: Spec<HubLimits> = {
  clients: ['number from 0', 10_000],
  perUser: ['number from 0', 20],
  perTopic: ['number from 0', Infinity],
  topics: ['number from 0', 100],
  memberships: ['number from 0', 100_000],
  queueBytes: ['number from 0', 1024 * 1024],
  queueEvents: ['number from 0', 1000],
  stall: ['number from 0', 30_000],
  filterTimeout: ['number from 0', 5000],
  filterQueue: ['number from 0', 1000],
  body: ['number from 0', 16 * 1024],
  postsPerSecond: ['number from 0', Infinity],
  eventsPerSecond: ['number from 0', Infinity],
}

/** The same, checked and with the defaults filled in. */
export type CompleteLimits = { readonly [N in keyof HubLimits]-?: number }

/** @throws SSEError `options`, naming the limit and what it wants. */
export function resolveLimits(limits: HubLimits): CompleteLimits {
  const filled = fill(LIMITS, limits, 'limits.') as CompleteLimits
  const { eventsPerSecond, filterTimeout } = filled
  if (eventsPerSecond < 1)
    throw wrong('limits.eventsPerSecond', 'at least 1, or Infinity for no limit', eventsPerSecond)
  return { ...filled, filterTimeout: filterTimeout || Infinity }
}
