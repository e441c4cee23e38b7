import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCostMeter } from '../../demo/page/lanes/cost.ts'
import type { LaneState } from '../../demo/page/lanes/standing.ts'
import { createMark } from '../../demo/page/store.ts'

const OPEN: LaneState = { status: 'open', since: 0, attempt: 0 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setup() {
  const state = createMark<LaneState>(OPEN)
  const lane = { missing: 0, passed: 0 }
  const meter = createCostMeter({
    name: 'eventsource',
    title: 'EventSource',
    state,
    view: () => ({ state: state.get(), score: { published: 100, ...lane }, silence: 0 }),
    onEvent: () => {},
  })
  // Another interruption ends the drawing.
  onTestFinished(() => meter.begin())
  return { state, lane, meter, draw: vi.fn() }
}

describe('the cost of an interruption', () => {
  it('is what the EventSource misses now and did not miss before', () => {
    const { lane, meter, draw } = setup()
    lane.missing = 3
    meter.begin()
    lane.missing = 10
    meter.end(draw)
    expect(draw.mock.calls).toEqual([[{ missing: 7, standing: 'behind' }]])
  })

  it('counts from the first beginning if an interruption begins twice', () => {
    const { lane, meter, draw } = setup()
    meter.begin()
    lane.missing = 4
    meter.begin()
    lane.missing = 6
    meter.end(draw)
    expect(draw).toHaveBeenLastCalledWith({ missing: 6, standing: 'behind' })
  })

  it('is drawn again until the next interruption, as the EventSource may come back later', () => {
    const { lane, meter, draw } = setup()
    meter.begin()
    lane.missing = 5
    meter.end(draw)
    lane.missing = 0
    vi.advanceTimersByTime(250)
    expect(draw).toHaveBeenLastCalledWith({ missing: 0, standing: 'complete' })
    meter.begin()
    draw.mockClear()
    vi.advanceTimersByTime(1000)
    expect(draw).not.toHaveBeenCalled()
  })

  it('is lost if the EventSource is closed, and unknown if there is none in this tab', () => {
    const { state, lane, meter, draw } = setup()
    meter.begin()
    lane.missing = 2
    state.set({ status: 'closed', error: null })
    meter.end(draw)
    expect(draw).toHaveBeenLastCalledWith({ missing: 2, standing: 'lost' })
    state.set({ status: 'off' })
    vi.advanceTimersByTime(250)
    expect(draw).toHaveBeenLastCalledWith(undefined)
  })

  it('is never less than nothing: the count may have begun again meanwhile', () => {
    const { lane, meter, draw } = setup()
    lane.missing = 9
    meter.begin()
    lane.missing = 1
    meter.end(draw)
    expect(draw).toHaveBeenLastCalledWith({ missing: 0, standing: 'complete' })
  })
})
