import { createMockStream } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { TIMER_MAX } from '../../../src/base/clock.ts'
import { perform } from '../../../testing/mock/perform.ts'

describe('perform()', () => {
  it('waits for as long as a timer can, when a step expects to wait longer', async () => {
    const waits: number[] = []
    const pause = async (ms: number): Promise<boolean> => waits.push(ms) > 0
    await perform(createMockStream(), [{ wait: 5 }, { wait: 2 ** 40 }], pause)
    expect(waits).toEqual([5, TIMER_MAX])
  })

  it('leaves the rest out when it is not wanted any more', async () => {
    const waits: number[] = []
    const pause = async (ms: number): Promise<boolean> => waits.push(ms) < 1
    await perform(createMockStream(), [{ wait: 5 }, { wait: 6 }], pause)
    expect(waits).toEqual([5])
  })
})
