import { describe, expect, it } from 'vitest'
import { bucketTake, bucketWait } from '../../../server/audience/bucket.ts'

const NOW = 1_790_000_000_000

/** Takes as many tokens as there are at one time. */
function burst(fullAt: number, now: number, perSecond: number): { taken: number; fullAt: number } {
  let taken = 0
  let full = fullAt
  while (taken < 10_000 && bucketWait(full, now, perSecond) === 0) {
    full = bucketTake(full, now, perSecond)
    taken++
  }
  return { taken, fullAt: full }
}

describe('a bucket', () => {
  it.each([
    [1, 1, 1000],
    [3, 3, 1000 / 3],
    [7, 7, 1000 / 7],
    [10, 10, 100],
    [1000, 1000, 1],
    [2.5, 2, 200],
    [0.5, 1, 2000],
    [0.01, 1, 100_000],
  ])('a bucket of %d a second has %d tokens at once, and the next after %d ms', (perSecond, tokens, wait) => {
    const { taken, fullAt } = burst(0, NOW, perSecond)
    expect(taken).toBe(tokens)
    expect(bucketWait(fullAt, NOW, perSecond)).toBeCloseTo(wait, 1)
    expect(bucketWait(fullAt, NOW + wait, perSecond)).toBe(0)
    expect(burst(fullAt, NOW + wait, perSecond).taken).toBe(1)
  })

  it('fills while nothing is taken, and not beyond a second of tokens', () => {
    const { fullAt } = burst(0, NOW, 10)
    expect(burst(fullAt, NOW + 500, 10).taken).toBe(5)
    expect(burst(fullAt, NOW + 3_600_000, 10).taken).toBe(10)
  })

  it('is full again at the time that it names', () => {
    const { fullAt } = burst(0, NOW, 10)
    expect(fullAt).toBeCloseTo(NOW + 1000, 1)
    expect(burst(0, fullAt, 10).taken).toBe(burst(fullAt, fullAt, 10).taken)
  })

  it('gives no more than its rate however it is asked', () => {
    let fullAt = 0
    let taken = 0
    for (let now = NOW; now < NOW + 10_000; now += 7) {
      const more = burst(fullAt, now, 20)
      taken += more.taken
      fullAt = more.fullAt
    }
    expect(taken).toBeGreaterThanOrEqual(218)
    expect(taken).toBeLessThanOrEqual(220)
  })

  it('never has a token at 0 a second', () => {
    expect(bucketWait(0, NOW, 0)).toBe(Infinity)
  })

  it('always has one at Infinity', () => {
    expect(burst(0, NOW, Infinity).taken).toBe(10_000)
  })

  it('waits no longer than it takes to fill if the clock was set back by a year', () => {
    const { fullAt } = burst(0, NOW, 10)
    const before = NOW - 31_536_000_000
    expect(bucketWait(fullAt, before, 10)).toBeLessThanOrEqual(1000)
    expect(bucketTake(fullAt, before, 10)).toBeLessThanOrEqual(before + 1100)
  })
})
