import { describe, expect, it } from 'vitest'
import { Batch, together } from '../../../server/streams/batch.ts'
import { block } from '../../support/hub.ts'

const KI = 1024

describe('the next write', () => {
  it.each<[sizes: number[], count: number]>([
    [[1], 1],
    [[1, 2, 3], 3],
    [[64 * KI], 1],
    [[100 * KI, 1], 1],
    [[16 * KI, 1], 1],
    [[1, 16 * KI], 1],
    [[1, 16 * KI - 1], 2],
    [[1, 2, 100 * KI, 3], 2],
    [[10 * KI, 10 * KI, 10 * KI, 10 * KI, 10 * KI, 10 * KI, 10 * KI], 6],
    [Array(8).fill(8 * KI), 8],
    [Array(9).fill(8 * KI), 8],
  ])('the next write of frames of %j bytes takes the first %i', (sizes, count) => {
    expect(together(sizes.map(block))).toBe(count)
  })
})

describe('a batch', () => {
  function setup() {
    const written: Uint8Array[] = []
    return { written, batch: new Batch((bytes) => written.push(bytes)), sizes: () => written.map((w) => w.length) }
  }

  it('writes small frames together, in order, and large ones as they are', () => {
    const { batch, written, sizes } = setup()
    const frames = [block(3), block(4), block(20 * KI), block(5)].map((frame, n) => frame.fill(n))
    for (const frame of frames) batch.add(frame)
    expect(batch.size).toBe(20 * KI + 12)
    batch.flush(() => false)
    expect(sizes()).toEqual([7, 20 * KI, 5])
    expect(written[1]).toBe(frames[2])
    expect(Buffer.concat(written).equals(Buffer.concat(frames))).toBe(true)
    expect(batch.size).toBe(0)
    batch.flush(() => false)
    expect(written).toHaveLength(3)
  })

  it('keeps the rest when it is stopped', () => {
    const { batch, sizes } = setup()
    for (const size of [1, 20 * KI, 2, 30 * KI]) batch.add(block(size))
    batch.flush(() => sizes().length === 2)
    expect([sizes(), batch.size]).toEqual([[1, 20 * KI], 30 * KI + 2])
    batch.add(block(3))
    batch.flush(() => false)
    expect(sizes()).toEqual([1, 20 * KI, 2, 30 * KI, 3])
  })

  it.each([
    [32 * KI, 2],
    [10_000, 6],
    [100, 655],
    [100 * KI, 1],
  ])('frames of %i bytes fill a batch with %i of them', (size, full) => {
    const { batch } = setup()
    let count = 0
    for (; !batch.isFull; count++) batch.add(block(size))
    expect(count).toBe(full)
    batch.flush(() => false)
    expect(batch.isFull).toBe(false)
  })

  it('writes each frame alone, one at a time, where they are counted', () => {
    const written: number[] = []
    const batch = new Batch(({ length }) => written.push(length), true)
    batch.add(block(1))
    expect(batch.isFull).toBe(true)
    batch.add(block(2))
    batch.flush(() => written.length === 1)
    expect(written).toEqual([1])
    batch.flush(() => false)
    expect([written, batch.isFull]).toEqual([[1, 2], false])
  })
})
