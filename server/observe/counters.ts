import type { Ending } from '../audience/client.ts'
import type { Denials, DeniedCode } from '../audience/denied.ts'
import type { Losses } from '../audience/waiting.ts'

/** Counts since the hub was made, or reset. */
export interface Counters {
  /** Streams opened. */
  connections: number
  /** Events published, volatile ones included. */
  published: number
  /** Events that the log could not take, and that clients of this process were given without an id (`localOnly`). */
  unlogged: number
  /** Events given to clients: one event for a hundred clients counts a hundred. Replayed events do not count. */
  delivered: number
  /** Events that were dropped while they waited for a slow client: volatile ones, and those that a later event of their key replaced. */
  readonly dropped: Losses
  /** Streams that began with a replay, and the events in all of them. */
  readonly replays: { count: number; events: number }
  /** Requests with a cursor from which the log could not continue. */
  gaps: number
  /** Topics that clients asked for and did not get, by reason. */
  readonly topicsRefused: Record<DeniedCode, number>
  /** Answers of `filter` that did not come within `limits.filterTimeout`, one for each client. */
  filterTimeouts: number
  /** Persistent events: kept for a user, sent to a new stream, acknowledged, and dropped because the mailbox of a user was full. */
  readonly mailbox: { kept: number; sent: number; acknowledged: number; dropped: number }
  /** Streams that have ended, by reason. */
  readonly endings: Record<Ending, number>
  /** Requests that were refused, and errors of the application's functions, by code. */
  readonly errors: Record<string, number>
}

export const createCounters = (): Counters => ({
  connections: 0,
  published: 0,
  unlogged: 0,
  delivered: 0,
  dropped: { volatile: 0, coalesced: 0 },
  replays: { count: 0, events: 0 },
  gaps: 0,
  topicsRefused: { invalid: 0, denied: 0, full: 0, 'too-many': 0 },
  filterTimeouts: 0,
  mailbox: { kept: 0, sent: 0, acknowledged: 0, dropped: 0 },
  endings: {
    closed: 0,
    overflow: 0,
    stalled: 0,
    timeout: 0,
    expired: 0,
    kicked: 0,
    'max-age': 0,
    drained: 0,
    error: 0,
  },
  errors: {},
})

/** Sets all to 0, in place: the parts that count keep the same object. */
export function resetCounters(counters: Counters): void {
  const { dropped, replays, topicsRefused, mailbox, endings, ...numbers } = createCounters()
  Object.assign(counters.dropped, dropped)
  Object.assign(counters.replays, replays)
  Object.assign(counters.topicsRefused, topicsRefused)
  Object.assign(counters.mailbox, mailbox)
  Object.assign(counters.endings, endings)
  Object.assign(counters, numbers)
}

export function countDenials({ topicsRefused }: Counters, { counts }: Pick<Denials, 'counts'>): void {
  for (const [code, count] of Object.entries(counts)) topicsRefused[code as DeniedCode] += count
}
