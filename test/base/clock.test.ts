import { createClock } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Clock, createTimer, monotonic, setTimer, systemClock } from '../../src/base/clock.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe.each<[name: string, set: (clock: Clock, ms: number, callback: () => void) => unknown]>([
  ['setTimer()', setTimer],
  ['a timer of createTimer()', (clock, ms, callback) => createTimer(clock)(ms, callback)],
])('%s', (_, set) => {
  it.each([
    [5, 5],
    [0, 0],
    [-5, 0],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2 ** 31, 2 ** 31 - 1],
    [1e15, 2 ** 31 - 1],
  ])('for %d ms is set for %d, as a longer one would fire at once', (ms, expected) => {
    const clock = createClock()
    const setTimeout = vi.spyOn(clock, 'setTimeout')
    const callback = () => {}
    set(clock, ms, callback)
    expect(setTimeout.mock.calls).toEqual([[callback, expected]])
  })

  it.each([Infinity, Number.NaN])('for %d ms is not set', (ms) => {
    const clock = createClock()
    expect(set(clock, ms, () => {})).toBeUndefined()
    expect(clock.timers).toBe(0)
  })
})

describe('createTimer()', () => {
  it('calls back once, after the time', async () => {
    const clock = createClock()
    const timer = createTimer(clock)
    const callback = vi.fn()
    timer(1000, callback)
    await clock.advance(999)
    expect(callback).not.toHaveBeenCalled()
    await clock.advance(1)
    await clock.advance(10_000)
    expect(callback).toHaveBeenCalledTimes(1)
  })

  it('replaces what it was set for', async () => {
    const clock = createClock()
    const timer = createTimer(clock)
    const log: string[] = []
    timer(1000, () => log.push('first'))
    timer(2000, () => log.push('second'))
    expect(clock.timers).toBe(1)
    await clock.advance(10_000)
    expect(log).toEqual(['second'])
  })

  it('stops when it is called without a callback, or set for ever', async () => {
    const clock = createClock()
    const timer = createTimer(clock)
    const callback = vi.fn()
    timer(1000, callback)
    timer()
    expect(clock.timers).toBe(0)
    timer(1000, callback)
    timer(Infinity, callback)
    expect(clock.timers).toBe(0)
    await clock.advance(10_000)
    expect(callback).not.toHaveBeenCalled()
  })

  it('may be set again in its own callback', async () => {
    const clock = createClock()
    const timer = createTimer(clock)
    const log: number[] = []
    timer(1000, () => {
      log.push(clock.now())
      timer(1000, () => log.push(clock.now()))
    })
    const begin = clock.now()
    await clock.advance(10_000)
    expect(log).toEqual([begin + 1000, begin + 2000])
  })
})

describe('monotonic()', () => {
  it('reads the clock that nobody can set', () => {
    const clock = { ...createClock({ now: 5000 }), monotonic: () => 7 }
    expect(monotonic(clock)).toBe(7)
  })

  it('believes a monotonic clock that shows 0', () => {
    expect(monotonic({ ...createClock({ now: 5000 }), monotonic: () => 0 })).toBe(0)
  })

  it('falls back to the wall clock where there is no other', () => {
    const { monotonic: _, ...clock } = createClock({ now: 5000 })
    expect(monotonic(clock)).toBe(5000)
  })
})

describe("the platform's clock", () => {
  it('is looked up at each call, so that fake timers that are installed later are used', () => {
    vi.useFakeTimers({ now: 1234, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    const callback = vi.fn()
    systemClock.setTimeout(callback, 1000)
    systemClock.clearTimeout(systemClock.setTimeout(callback, 1000))
    const before = monotonic(systemClock)
    vi.advanceTimersByTime(1000)
    expect(callback).toHaveBeenCalledTimes(1)
    expect(systemClock.now()).toBe(2234)
    expect(monotonic(systemClock) - before).toBe(1000)
    vi.spyOn(Math, 'random').mockReturnValue(0.25)
    expect(systemClock.random()).toBe(0.25)
  })

  it('measures waits on a clock that does not follow the date', () => {
    vi.spyOn(performance, 'now').mockReturnValue(42)
    vi.spyOn(Date, 'now').mockReturnValue(1234)
    expect([systemClock.now(), monotonic(systemClock)]).toEqual([1234, 42])
  })
})
