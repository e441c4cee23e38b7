import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Lane } from '../../demo/page/lanes/lane.ts'
import { watchPublished } from '../../demo/page/lanes/published.ts'
import type { Published } from '../../demo/shared/events.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setup() {
  const ask = vi.fn<(cursor: string) => Promise<Published>>()
  const lane = { publish: vi.fn<Lane['publish']>(), restart: vi.fn<Lane['restart']>() }
  void watchPublished('log-1', ask, [lane as unknown as Lane])
  return { ask, ...lane }
}

const some: Published = { cursor: 'log-3', isNew: false, entries: [{ seq: 2 }, { seq: 3 }] }

describe('the watch over what the server has published', () => {
  it('asks after the last event that it knows, once a second', async () => {
    const { ask } = setup()
    ask.mockResolvedValue(some)
    await vi.advanceTimersByTimeAsync(300)
    expect(ask.mock.calls).toEqual([['log-1']])
    await vi.advanceTimersByTimeAsync(1000)
    expect(ask.mock.calls).toEqual([['log-1'], ['log-3']])
  })

  it('counts an event only when it has had time to reach the page', async () => {
    const { ask, publish } = setup()
    ask.mockResolvedValue(some)
    await vi.advanceTimersByTimeAsync(999)
    expect(publish).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(publish.mock.calls).toEqual([[some.entries]])
  })

  it('begins the count again if the server has another log', async () => {
    const { ask, publish, restart } = setup()
    ask.mockResolvedValue({ cursor: 'new-9', isNew: true, entries: [] })
    await vi.advanceTimersByTimeAsync(1000)
    expect(restart.mock.calls).toEqual([['new-9']])
    expect(publish).not.toHaveBeenCalled()
  })

  it('asks again after the same event if the server does not answer', async () => {
    const { ask, publish } = setup()
    ask.mockRejectedValueOnce(new Error('down')).mockResolvedValue(some)
    await vi.advanceTimersByTimeAsync(1300)
    expect(ask.mock.calls).toEqual([['log-1'], ['log-1']])
    expect(publish).not.toHaveBeenCalled()
  })
})
