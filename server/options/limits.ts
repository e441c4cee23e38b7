import { fill, type Spec, wrong } from './check.ts'

/**
 * How much a hub takes on. What goes beyond is refused; nobody is thrown out for somebody else. 0: none at all; Infinity: any.
 */
export interface HubLimits {
  /**
   * Streams altogether. Beyond: status 503 with `Retry-After`.
   * @defaultValue 10_000
   */
  readonly clients?: number | undefined
  /**
   * Streams of one user. Beyond: status 429 with `Retry-After`.
   * @defaultValue 20
   */
  readonly perUser?: number | undefined
  /**
   * Streams joined to one topic. Beyond: the topic is refused with the code `full`, and the stream opens without it. Status
   * 429 where the address itself stands for the topic (`paths`).
   * @defaultValue Infinity
   */
  readonly perTopic?: number | undefined
  /**
   * Topics that one client may ask for. Beyond: the first ones are joined, the others refused with the code `too-many`.
   * @defaultValue 100
   */
  readonly topics?: number | undefined
  /**
   * Topics that `join` remembers for users and sessions, counted once for each of them. Beyond: `join` throws.
   * @defaultValue 100_000
   */
  readonly memberships?: number | undefined
  /**
   * What may wait for a client that does not keep up, in bytes. Beyond, its stream is broken off, and it comes back with its
   * cursor.
   * @defaultValue 1 Mi
   */
  readonly queueBytes?: number | undefined
  /**
   * The same, in events.
   * @defaultValue 1000
   */
  readonly queueEvents?: number | undefined
  /**
   * For how long a client may take nothing at all, in milliseconds, before its stream is broken off.
   * @defaultValue 30_000
   */
  readonly stall?: number | undefined
  /**
   * How long `filter` may take to answer, in milliseconds. Then its answer counts as no, and `onError` gets a TimeoutError. 0 or
   * Infinity: any time. The client's later events wait as long.
   * @defaultValue 5000
   */
  readonly filterTimeout?: number | undefined
  /**
   * How many events of one client may wait for `filter`. Beyond, its stream is ended, and it reconnects with its cursor: the
   * replay asks again. 0: none, so that `filter` has to answer at once.
   * @defaultValue 1000
   */
  readonly filterQueue?: number | undefined
  /**
   * The body of a POST, in bytes. Beyond: status 413.
   * @defaultValue 16 Ki
   */
  readonly body?: number | undefined
  /**
   * POSTs a second, of one user, or of one session without a user. A second's worth may come at once. Others share one limit,
   * except for those that change the topics of an open stream: each stream has its own. Beyond: status 429 with `Retry-After`, code
   * `rate`. 0: no POSTs at all.
   * @defaultValue Infinity
   */
  readonly postsPerSecond?: number | undefined
  /**
   * Events a second that are sent to one client, live and in a replay. A second's worth may go at once. Beyond, events wait as for a
   * client that is slow: `key` and `volatile` apply, and with more than `queueEvents` or `queueBytes` the stream ends, and the client
   * resumes with its cursor. A client for which more is published for longer than the log lasts has a gap. At least 1.
   * Infinity: no limit.
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
