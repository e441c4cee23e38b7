import { monotonic } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import { bucketTake, bucketWait } from '../audience/bucket.ts'
import type { Identity } from '../audience/principal.ts'
import type { Registry } from '../audience/registry.ts'
import { Refusal } from '../wire/refusal.ts'

/*
 * How often somebody may POST. A user has one bucket for all sessions, a session without a user its own. Principals without either
 * cannot be told apart, except by the stream that they have open.
 */

export interface PostRate {
  /** Counts a POST of a user or a session, before its body is read. @throws Refusal 429. */
  beforeBody(principal: Identity): void
  /** Counts a POST of anybody else. Those without an open stream share one bucket. @throws Refusal 429. */
  withBody(principal: Identity, body: Readonly<Record<string, unknown>>): void
}

/** So many buckets are kept, at most. Forgetting one that is not full gives its owner a second's worth of POSTs. */
const KEPT = 10_000

export function createPostRate(perSecond: number, clock: Clock, registry: Pick<Registry, 'get'>): PostRate {
  /** By who it is: when the bucket is full again. In the order in which they were used last. */
  const buckets = new Map<string, number>()

  /** Those used longest ago are full first, or nearly. Each is looked at once, so this costs as much as adding them did. */
  function forget(now: number): void {
    for (const [key, fullAt] of buckets) {
      if (fullAt > now && buckets.size <= KEPT) return
      buckets.delete(key)
    }
  }

  function take(key: string): void {
    const now = monotonic(clock)
    const fullAt = buckets.get(key) ?? 0
    const wait = bucketWait(fullAt, now, perSecond)
    if (wait > 0) throw tooMany(perSecond, wait)
    buckets.delete(key)
    buckets.set(key, bucketTake(fullAt, now, perSecond))
    forget(now)
  }

  if (perSecond === Infinity) return { beforeBody() {}, withBody() {} }
  return {
    beforeBody(principal) {
      const key = keyOf(principal)
      if (key !== undefined) take(key)
    },
    withBody(principal, { clientId }) {
      if (keyOf(principal) !== undefined) return
      // An id that is made up must not be a bucket of its own.
      const isOpen = typeof clientId === 'string' && registry.get(clientId) !== undefined
      take(isOpen ? JSON.stringify(['client', clientId]) : '')
    },
  }
}

function keyOf({ userId, sessionId, tenant }: Identity): string | undefined {
  if (userId !== undefined) return JSON.stringify(['user', userId, tenant])
  return sessionId === undefined ? undefined : JSON.stringify(['session', sessionId, tenant])
}

function tooMany(perSecond: number, wait: number): Refusal {
  // There is no time to come back at if nobody may POST at all.
  const headers = wait < Infinity ? { 'retry-after': `${Math.ceil(wait / 1000)}` } : undefined
  return new Refusal(
    429,
    'rate',
    `at most ${perSecond} POSTs a second; the option limits.postsPerSecond says so`,
    headers,
  )
}
