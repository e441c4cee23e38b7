import { createClock } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { setTimer, soon, systemClock } from '../src/clock.ts'

afterEach(() => vi.useRealTimers())

describe('a timer', () => {
  it.each([
    [5, 5],
    [0, 0],
    [-5, 0],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2 ** 31, 2 ** 31 - 1],
    [1e15, 2 ** 31 - 1],
  ])('of %d ms is set for %d, as more would fire at once', async (ms, expected) => {
    const clock = createClock()
    const set = vi.spyOn(clock, 'setTimeout')
    setTimer(clock, ms, () => {})
    expect(set).toHaveBeenCalledWith(expect.any(Function), expected)
  })

  it('of Infinity ms is not set', () => {
    const clock = createClock()
    setTimer(clock, Infinity, () => {})
    expect(clock.timers).toBe(0)
  })
})

it('what is to be soon is not held back by fake timers', async () => {
  vi.useFakeTimers({ toFake: ['queueMicrotask', 'setTimeout'] })
  const log: string[] = []
  soon(() => log.push('soon'))
  log.push('now')
  await Promise.resolve()
  expect(log).toEqual(['now', 'soon'])
})

it("the platform's clock is looked up at each call, so that fake timers set in later are used", () => {
  vi.useFakeTimers({ now: 1234 })
  const callback = vi.fn()
  systemClock.setTimeout(callback, 1000)
  systemClock.clearTimeout(systemClock.setTimeout(callback, 1000))
  vi.advanceTimersByTime(1000)
  expect(callback).toHaveBeenCalledTimes(1)
  expect(systemClock.now()).toBe(2234)
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.25)
  expect(systemClock.random()).toBe(0.25)
  random.mockRestore()
})
