import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { steady } from '../../../server/options/steady.ts'

/** A clock without `monotonic`, which somebody sets. */
function setClock() {
  const clock = { now: () => time, setTimeout: () => 7, clearTimeout() {}, random: () => 0.25 }
  let time = Date.UTC(2026, 0)
  const made = steady(clock)
  const start = made.monotonic?.() ?? 0
  return {
    made,
    move(ms: number) {
      time += ms
      return (made.monotonic?.() ?? 0) - start
    },
  }
}

describe('the time for intervals', () => {
  it("is the clock's own if it has one", () => {
    const clock = createClock()
    expect(steady(clock)).toBe(clock)
  })

  it('passes as the clock does', () => {
    const { move } = setClock()
    expect([move(10), move(0), move(1000), move(15_000)]).toEqual([10, 10, 1010, 16_010])
  })

  it('stands still when the clock is set back, and goes on', () => {
    const { move } = setClock()
    expect([move(10), move(-3_600_000), move(1000)]).toEqual([10, 10, 1010])
  })

  it('moves by a minute when the clock is set ahead by an hour', () => {
    const { move } = setClock()
    expect([move(3_600_000), move(1000)]).toEqual([60_000, 61_000])
  })

  it('leaves dates, timers and chance to the clock', () => {
    const { made, move } = setClock()
    move(-3_600_000)
    expect([made.now(), made.setTimeout(() => {}, 1), made.random()]).toEqual([Date.UTC(2025, 11, 31, 23), 7, 0.25])
  })
})
