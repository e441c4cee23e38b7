import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { everyTick } from '../../demo/page/tick.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the ticks of the page', () => {
  it('draw everything at the same moment, whenever it began', () => {
    const moments: [string, number][] = []
    const began = Date.now()
    const stopFirst = everyTick(() => moments.push(['first', Date.now() - began]))
    vi.advanceTimersByTime(100)
    const stopSecond = everyTick(() => moments.push(['second', Date.now() - began]))
    vi.advanceTimersByTime(300)
    expect(moments).toEqual([
      ['first', 250],
      ['second', 250],
    ])
    stopFirst()
    stopSecond()
  })

  it('leave no timer when nothing is drawn any more', () => {
    const draw = vi.fn()
    const stop = everyTick(draw)
    stop()
    vi.advanceTimersByTime(1000)
    expect(draw).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('begin again after they have ended', () => {
    everyTick(() => {})()
    const draw = vi.fn()
    const stop = everyTick(draw)
    vi.advanceTimersByTime(500)
    expect(draw).toHaveBeenCalledTimes(2)
    stop()
  })
})
