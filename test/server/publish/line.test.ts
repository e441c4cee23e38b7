import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createLine } from '../../../server/publish/line.ts'

function setup() {
  const { settle } = createClock()
  const sent: number[] = []
  const line = createLine<number, string>(async (item) => {
    sent.push(item)
    if (item < 0) throw new Error('negative')
    return `sent ${item}`
  })
  return { settle, sent, line }
}

describe('a line', () => {
  it('sends at once what is ready, if nothing is in front of it', async () => {
    const { line, sent } = setup()
    const outcome = line(1)
    expect(sent).toEqual([1])
    expect(await outcome).toBe('sent 1')
    await expect(line(-1)).rejects.toThrow('negative')
    line(2)
    expect(sent).toEqual([1, -1, 2])
  })

  it.each([[[0, 1, 2]], [[0, 2, 1]], [[1, 0, 2]], [[1, 2, 0]], [[2, 0, 1]], [[2, 1, 0]]])(
    'sends in the order of the calls, though items get ready in the order %j',
    async (order) => {
      const { line, sent, settle } = setup()
      const ready: (() => void)[] = []
      const items = [0, 1, 2].map((n) => new Promise<number>((resolve) => ready.push(() => resolve(n))))
      const outcomes = Promise.all([...items.map((item) => line(item)), line(3)])
      for (const n of order) {
        ready[n]?.()
        await settle()
        expect(sent).toEqual([0, 1, 2, 3].slice(0, sent.length))
      }
      expect(await outcomes).toEqual(['sent 0', 'sent 1', 'sent 2', 'sent 3'])
      line(4)
      expect(sent).toEqual([0, 1, 2, 3, 4])
    },
  )

  it('goes on without an item that fails, and its caller has the error', async () => {
    const { line, sent } = setup()
    const outcomes = await Promise.allSettled([line(Promise.reject(new Error('why'))), line(1), line(-1), line(2)])
    expect(sent).toEqual([1, -1, 2])
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { message: 'why' } },
      { status: 'fulfilled', value: 'sent 1' },
      { status: 'rejected', reason: { message: 'negative' } },
      { status: 'fulfilled', value: 'sent 2' },
    ])
  })

  it('takes an item from within a call, which goes behind what is there already', async () => {
    const sent: number[] = []
    const line = createLine<number, void>(async (item) => {
      sent.push(item)
      if (item === 1) void line(3)
    })
    await Promise.all([line(Promise.resolve(1)), line(2)])
    expect(sent).toEqual([1, 2, 3])
  })
})
