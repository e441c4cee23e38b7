import { describe, expect, it } from 'vitest'
import { createWaiting, type Expendable, type Losses } from '../../../server/audience/waiting.ts'
import { block } from '../../support/hub.ts'

function setup({ queueBytes = Infinity, queueEvents = Infinity } = {}) {
  const losses: Losses = { volatile: 0, coalesced: 0 }
  const waiting = createWaiting({ queueBytes, queueEvents }, losses)
  return {
    waiting,
    losses,
    /** Adds an event of this size. */
    add: (size: number, expendable: Expendable = {}) => waiting.add(block(size), expendable),
    takeAll() {
      const sizes: number[] = []
      for (let next = waiting.take(); next; next = waiting.take()) sizes.push(next.bytes.length)
      return sizes
    },
  }
}

describe('what waits', () => {
  it('comes out in the order in which it came, volatile or not', () => {
    const { add, takeAll, waiting } = setup()
    for (const size of [1, 2, 3, 4, 5, 6]) add(size, { volatile: size % 3 === 0 })
    expect(waiting).toMatchObject({ events: 6, bytes: 21 })
    expect(takeAll()).toEqual([1, 2, 3, 4, 5, 6])
    expect(waiting).toMatchObject({ events: 0, bytes: 0 })
  })

  it('is known to be an event, or what the hub itself has to say', () => {
    const { waiting } = setup()
    waiting.add(block(1), {})
    waiting.add(block(2), undefined)
    expect([waiting.take(), waiting.take()]).toMatchObject([{ isEvent: true }, { isEvent: false }])
    expect(waiting.take()).toBeUndefined()
  })

  it('is replaced by its key wherever it stands, and comes out where the new one stands', () => {
    const { add, takeAll, losses } = setup()
    for (const [size, key] of [
      [1, 'first'],
      [2, undefined],
      [3, 'middle'],
      [4, undefined],
      [5, 'last'],
    ] as const)
      add(size, { key })
    for (const [size, key] of [
      [10, 'last'],
      [11, 'middle'],
      [12, 'first'],
    ] as const)
      add(size, { key })
    expect(takeAll()).toEqual([2, 4, 10, 11, 12])
    expect(losses.coalesced).toBe(3)
  })

  it('is not replaced once it has been taken out', () => {
    const { add, takeAll, losses } = setup()
    add(1, { key: 'a' })
    expect(takeAll()).toEqual([1])
    add(2, { key: 'a' })
    expect(takeAll()).toEqual([2])
    expect(losses.coalesced).toBe(0)
  })
})

describe('hundreds of thousands of events that wait', () => {
  // Nothing is timed: at a cost that grows with the square these would take minutes.
  const MANY = 200_000

  it('are given up one by one, the oldest volatile first', () => {
    const { add, takeAll, losses } = setup({ queueEvents: MANY })
    for (let n = 0; n < MANY; n++) add(1, { volatile: true })
    let refused = 0
    for (let n = 0; n < MANY; n++) if (!add(2)) refused++
    expect(refused).toBe(0)
    expect(add(2)).toBe(false)
    expect(losses.volatile).toBe(MANY)
    expect(takeAll()).toHaveLength(MANY)
  })

  it('are replaced by their keys, the oldest first', () => {
    const { add, takeAll, losses } = setup()
    for (let round = 0; round < 2; round++) for (let n = 0; n < MANY; n++) add(1 + round, { key: `${n}` })
    expect(losses.coalesced).toBe(MANY)
    expect(new Set(takeAll())).toEqual(new Set([2]))
  })

  it('are taken out while others come', () => {
    const { add, waiting, takeAll } = setup()
    for (let n = 0; n < MANY; n++) add(1)
    for (let n = 0; n < MANY; n++) {
      waiting.take()
      add(2, { volatile: n % 2 === 0 })
    }
    expect(new Set(takeAll())).toEqual(new Set([2]))
  })
})
