import { describe, expect, it } from 'vitest'
import {
  ALLOWED,
  backoff,
  type CompleteRetry,
  clampRetry,
  FLOOR,
  isFinal,
  leastWait,
  RETRY,
} from '../../src/decisions/retry.ts'
import type { Nature } from '../../src/decisions/statuses.ts'

it('has the defaults that are documented', () => {
  expect(RETRY).toEqual({
    initial: 1000,
    max: 30_000,
    factor: 2,
    jitter: 'full',
    attempts: Infinity,
    resetAfter: 10_000,
  })
  expect(FLOOR).toBe(100)
})

describe('the wait after a failure', () => {
  it.each([
    // failures in a row, the server's retry:, random -> milliseconds
    [1, undefined, 0, 100],
    [1, undefined, 0.5, 600],
    [1, undefined, 0.999, 1099],
    [2, undefined, 0, 100],
    [2, undefined, 0.5, 1100],
    [3, undefined, 0.5, 2100],
    [4, undefined, 0, 100],
    [5, undefined, 0.5, 8100],
    [6, undefined, 0.5, 15_100],
    [51, undefined, 0, 100],
    [51, undefined, 0.999, 30_070],
    [2001, undefined, 0.999, 30_070],
    [1, 100, 0, 100],
    [1, 100, 1, 200],
    [1, 500, 0, 500],
    [1, 500, 0.5, 750],
    [2, 500, 1, 1500],
    [7, 500, 0.5, 15_500],
    [1, 600_000, 0, 600_000],
    [1, 600_000, 0.5, 615_000],
  ])('is, after %i in a row with retry: %s and %d drawn, %i ms', (failures, serverRetry, random, expected) => {
    expect(backoff(failures, serverRetry, RETRY, random, false)).toBeCloseTo(expected, 6)
  })

  it.each<[Partial<CompleteRetry>, number, number]>([
    [{ jitter: 'none' }, 1, 1100],
    [{ jitter: 'none' }, 3, 4100],
    [{ jitter: 'none' }, 9, 30_100],
    [{ initial: 10_000 }, 1, 5100],
    [{ factor: 1 }, 9, 600],
    [{ factor: 3 }, 3, 4600],
    [{ max: 400 }, 9, 300],
    [{ max: 0 }, 9, 100],
    [{ initial: 0 }, 1, 100],
    [{ initial: 0 }, 5001, 100],
    [{ initial: 0, max: 0 }, 1, 100],
    [{ factor: 0 }, 1, 600],
    [{ factor: 0 }, 2, 100],
    [{ max: Infinity }, 11, 512_100],
    [{ resetAfter: 0 }, 3, 2100],
  ])('is, for %j, after %i in a row and 0.5 drawn, %i ms', (options, failures, expected) => {
    expect(backoff(failures, undefined, { ...RETRY, ...options }, 0.5, false)).toBe(expected)
  })

  it('is a number, however many there were and however little was asked for', () => {
    for (const failures of [1, 100, 1000, 5000, 1e6])
      for (const initial of [0, 1e-9, 1000, 1e300])
        for (const factor of [0, 1, 2, 1e6])
          for (const max of [0, 30_000, 1e300])
            for (const random of [0, 0.5, 0.999]) {
              const ms = backoff(failures, undefined, { ...RETRY, initial, factor, max }, random, false)
              expect(ms).toBeGreaterThanOrEqual(FLOOR)
              expect(ms).toBeLessThanOrEqual(FLOOR + max)
            }
  })
})

describe('the wait after a clean end that brought news', () => {
  it.each([
    // failures in a row, the server's retry:, random -> milliseconds
    [1, undefined, 0, 3000],
    [1, undefined, 0.5, 3300],
    [1, undefined, 1, 3600],
    [7, undefined, 0.5, 3300],
    [1, 2000, 0, 2000],
    [1, 2000, 0.5, 2200],
    [1, 2000, 1, 2400],
    [7, 2000, 0.5, 2200],
    [1, 100, 0.5, 110],
    [1, 600_000, 1, 720_000],
  ])('is, as number %i with retry: %s and %d drawn, %i ms', (failures, serverRetry, random, expected) => {
    expect(backoff(failures, serverRetry, RETRY, random, true)).toBeCloseTo(expected, 6)
  })

  it.each<[Partial<CompleteRetry>, number]>([
    [{ initial: 500 }, 1650],
    [{ initial: 0 }, 0],
    [{ max: 1000 }, 1100],
    [{ jitter: 'none' }, 3600],
    [{ factor: 7 }, 3300],
  ])('is, for %j and 0.5 drawn, %i ms', (options, expected) => {
    expect(backoff(1, undefined, { ...RETRY, ...options }, 0.5, true)).toBeCloseTo(expected, 6)
  })
})

describe('the number of retries', () => {
  it.each([true, false])('is what `attempts` says, news or not: %j', (hadNews) => {
    const allows = (attempts: number, failures: number): boolean =>
      backoff(failures, undefined, { ...RETRY, attempts }, 0.5, hadNews) !== null
    expect([0, 1, 2, 3].map((failures) => allows(2, failures))).toEqual([true, true, true, false])
    expect(allows(0, 1)).toBe(false)
    expect(allows(Infinity, 1e9)).toBe(true)
  })
})

describe('the last failure', () => {
  const NATURES: readonly Nature[] = ['retry', 'doubtful', 'cursor', 'credentials', 'sent', 'new-param', 'fatal']
  const MINUTES = 60_000

  // Total: a kind that is added without being decided does not compile.
  const TABLE: Record<Nature, readonly number[]> = {
    // Of the 1st, 2nd, 3rd, 4th and 1000th failure of this kind, those that are the last.
    retry: [],
    doubtful: [3, 4, 1000],
    cursor: [2, 3, 4, 1000],
    credentials: [2, 3, 4, 1000],
    sent: [1, 2, 3, 4, 1000],
    'new-param': [1, 2, 3, 4, 1000],
    fatal: [1, 2, 3, 4, 1000],
  }

  it.each(NATURES)('is, for the kind %s, the one that the table names', (nature) => {
    expect([1, 2, 3, 4, 1000].filter((count) => isFinal(nature, count, Infinity))).toEqual(TABLE[nature])
  })

  it('comes after ten minutes of a deployment', () => {
    expect([0, 10 * MINUTES - 1, 10 * MINUTES].map((ms) => isFinal('doubtful', 1000, ms))).toEqual([false, false, true])
    expect(isFinal('doubtful', 2, 10 * MINUTES)).toBe(false)
  })

  it('is counted for four kinds only', () => {
    expect(ALLOWED).toEqual({ retry: Infinity, doubtful: 2, cursor: 1, credentials: 1 })
  })
})

describe("the server's retry field", () => {
  it.each([
    [0, 100],
    [50, 100],
    [99, 100],
    [100, 100],
    [101, 101],
    [500, 500],
    [600_000, 600_000],
    [600_001, 600_000],
    [99_999_999_999, 600_000],
    [Infinity, 600_000],
  ])('%d is taken as %i ms', (sent, taken) => {
    expect(clampRetry(sent)).toBe(taken)
  })
})

describe('Retry-After', () => {
  it.each([
    // milliseconds that were asked for, random -> milliseconds
    [undefined, 0.5, 0],
    [0, 0.999, 0],
    [10_000, 0, 10_000],
    [10_000, 0.5, 11_000],
    [10_000, 1, 12_000],
    [3_000_000, 0.5, 3_300_000],
    [3_000_000, 1, 3_600_000],
    [3_600_000, 0, 3_600_000],
    [3_600_000, 0.5, 3_600_000],
    [99_999_999_999_999, 0, 3_600_000],
    [Infinity, 0.5, 3_600_000],
  ])('for %d ms is, with %d drawn, a wait of at least %i ms', (retryAfter, random, expected) => {
    expect(leastWait(retryAfter, random)).toBeCloseTo(expected, 6)
  })
})
