import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createPace } from '../../../server/audience/pace.ts'

function setup(perSecond: number) {
  const clock = createClock()
  let released = 0
  const pace = createPace(perSecond, clock, () => released++)
  return {
    clock,
    pace,
    released: () => released,
    /** Spends until it is held. */
    burst() {
      let count = 0
      while (!pace.isHeld) {
        pace.spend()
        count++
      }
      return count
    },
  }
}

describe('a pace', () => {
  it.each([
    [1, 1, 1000],
    [2.5, 2, 200],
    [10, 10, 100],
    [1000, 1000, 20],
  ])('a pace of %d a second holds the stream after %i events, for %i ms', async (perSecond, events, wait) => {
    const { burst, clock, pace, released } = setup(perSecond)
    expect(burst()).toBe(events)
    await clock.advance(wait - 1)
    expect([pace.isHeld, released()]).toEqual([true, 0])
    await clock.advance(1)
    expect([pace.isHeld, released()]).toEqual([false, 1])
  })

  it('lets through in the long run what it says, however often it is asked', async () => {
    const { burst, clock } = setup(1000)
    let count = burst()
    for (let n = 0; n < 500; n++) {
      await clock.advance(20)
      count += burst()
    }
    expect(count).toBe(1000 + 10_000)
  })

  it('is held once, whatever else goes out meanwhile', async () => {
    const { burst, pace, clock, released } = setup(1)
    burst()
    pace.spend()
    pace.spend()
    expect(clock.timers).toBe(1)
    await clock.advance(3000)
    expect([released(), clock.timers]).toEqual([1, 0])
  })

  it('leaves no timer behind when it is stopped', () => {
    const { burst, pace, clock } = setup(1)
    burst()
    pace.stop()
    expect([clock.timers, pace.isHeld]).toEqual([0, false])
  })
})
