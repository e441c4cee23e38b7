import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { SSEError } from '../src/errors.ts'
import type { ConnectionState } from '../src/machine.ts'
import { createRecovery } from '../src/recovery.ts'
import { FRESH, type RetryPolicy } from '../src/retry.ts'

const POLICY = {
  initial: 1000,
  max: 30_000,
  factor: 2,
  jitter: 'full',
  attempts: Infinity,
  resetAfter: 10_000,
} as const
const LOST = new SSEError('network', 'gone')
const LATER = new SSEError('http', 'status 503', { status: 503, retryAfter: 60_000 })
const CONNECTING: ConnectionState = { status: 'connecting', attempt: 0 }

function recovering(policy: RetryPolicy = POLICY) {
  const clock = createClock()
  const recovery = createRecovery(policy, clock)
  const fail = (error = LOST, state = CONNECTING, repeatable = true, leaveAt = Infinity): void =>
    recovery.failed(error, state, repeatable, false, leaveAt)
  const openSince = (ago: number): ConnectionState => ({ status: 'open', since: clock.now() - ago, attempt: 0 })
  return { clock, recovery, fail, openSince }
}

it('begins with nothing', () => {
  expect(recovering().recovery.history).toBe(FRESH)
})

describe('a failure', () => {
  it('is judged by what went before it', () => {
    const { clock, recovery, fail } = recovering()
    const now = clock.now()
    fail()
    expect(recovery.history).toMatchObject({ failures: 1, since: now, action: 'retry', until: now + 600 })
    fail()
    expect(recovery.history).toMatchObject({ failures: 2, since: now, action: 'retry', until: now + 1100 })
  })

  it.each([
    [9999, 2],
    [10_000, 1],
  ])('of a line that was open for %i ms is number %i', (openFor, failures) => {
    const { recovery, fail, openSince } = recovering()
    fail()
    fail(LOST, openSince(openFor))
    expect(recovery.history.failures).toBe(failures)
  })

  it('tells how long the line was open, and 0 for one that never was', () => {
    const retry = vi.fn(() => 500)
    const { fail, openSince } = recovering(retry)
    fail()
    fail(LOST, openSince(4000))
    expect(retry.mock.calls).toEqual([
      [1, LOST, 0],
      [2, LOST, 4000],
    ])
  })

  it('of what cannot be asked for again ends it, and the policy is not asked', () => {
    const retry = vi.fn(() => 500)
    const { recovery, fail } = recovering(retry)
    fail(LOST, CONNECTING, false)
    expect(recovery.history.action).toBe('end')
    expect(retry).not.toHaveBeenCalled()
  })

  it('throws what the caller’s own function throws, and counts nothing then', () => {
    const oops = new Error('oops')
    const { recovery, fail } = recovering(() => {
      throw oops
    })
    expect(() => fail()).toThrow(oops)
    expect(recovery.history).toBe(FRESH)
  })
})

describe('a server that asked to be left', () => {
  it.each([
    ['when it said', 3000, 3000],
    ['after a moment at least', 0, 100],
    ['after a moment where that is past', -5000, 100],
  ])('is come back to %s, and has not failed; nothing brings that forward', (_, leaveIn, delay) => {
    const { clock, recovery, fail, openSince } = recovering()
    const until = clock.now() + delay
    fail(LOST, openSince(5000), true, clock.now() + leaveIn)
    expect(recovery.history).toMatchObject({ failures: 0, action: 'retry', until, earliest: until })
  })

  it.each([
    ['there are no retries', false, true],
    ['it cannot be asked again', POLICY, false],
  ] as const)('has failed where %s', (_, policy, repeatable) => {
    const { clock, recovery, fail, openSince } = recovering(policy)
    fail(LOST, openSince(5000), repeatable, clock.now() + 3000)
    expect(recovery.history.action).toBe('end')
  })
})

describe('failures are forgotten', () => {
  it('by hand, but not what the server said of its own accord', () => {
    const { recovery, fail } = recovering()
    recovery.advised(5000)
    fail(LATER)
    recovery.forget()
    expect(recovery.history).toEqual({ ...FRESH, serverRetry: 5000 })
  })

  it.each<[string, ConnectionState | number, number]>([
    ['by a line that was open for long enough', 10_000, 0],
    ['not by one that was open for less', 9999, 1],
    ['not while connecting', CONNECTING, 1],
    ['not while idle', { status: 'idle' }, 1],
    ['not by a pause', { status: 'paused', reasons: ['manual'] }, 1],
    ['not by a wait', { status: 'waiting', attempt: 1, until: 0, error: LOST }, 1],
    ['not when it is closed', { status: 'closed', error: null }, 1],
  ])('%s', (_, state, failures) => {
    const { recovery, fail, openSince } = recovering()
    fail()
    expect(recovery.settle(typeof state === 'number' ? openSince(state) : state)).toBe(failures)
    expect(recovery.history.failures).toBe(failures)
  })

  it('as one that opened: their kinds and how long to stay away, but not how many they were', () => {
    const { recovery, fail } = recovering()
    fail(new SSEError('unauthorized', 'status 401', { status: 401 }))
    fail(LATER)
    expect(recovery.history).toMatchObject({ failures: 1, seen: { credentials: 1, retry: 1 } })
    expect(recovery.history.earliest).toBeGreaterThan(0)
    const { history } = recovery
    recovery.opened()
    expect(recovery.history).toEqual({ ...history, seen: {}, earliest: 0 })
  })
})

describe('a wait', () => {
  it('that somebody else counted is gone on from', () => {
    const { clock, recovery, fail } = recovering()
    recovery.waits(3, clock.now() + 5000, undefined)
    expect(recovery.history).toMatchObject({ failures: 3, until: clock.now() + 5000, earliest: 0 })
    fail()
    expect(recovery.history).toMatchObject({ failures: 4, until: clock.now() + 100 + 4000 })
  })

  it('that somebody else was asked for by a server is not to be shortened', () => {
    const { clock, recovery } = recovering()
    const until = clock.now() + 60_000
    recovery.waits(1, until, 50_000)
    expect(recovery.history).toMatchObject({ failures: 1, until, earliest: until })
  })

  it('of our own says no more than the failure that led to it', () => {
    const { recovery, fail } = recovering()
    fail(LATER)
    const { history } = recovery
    recovery.waits(history.failures, history.until, LATER.retryAfter)
    expect(recovery.history).toEqual(history)
  })
})

it('a server’s retry: is clamped, and kept', () => {
  const { clock, recovery, fail } = recovering()
  recovery.advised(1)
  expect(recovery.history.serverRetry).toBe(100)
  recovery.advised(2000)
  fail()
  expect(recovery.history).toMatchObject({ serverRetry: 2000, until: clock.now() + 3000 })
})
