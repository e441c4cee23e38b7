import { expect, it, onTestFinished, vi } from 'vitest'
import { createTurns } from '../../../server/redis/turns.ts'

const PAUSE = 100

/** Shards of which some do not answer. The clock stands still until it is turned. */
function start(shards: number) {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const silent = new Set<number>()
  const asked: number[] = []
  const turns = createTurns(shards, PAUSE, async (shard) => {
    asked.push(shard)
    if (silent.has(shard)) throw new Error('no answer')
  })
  return {
    turns,
    silent,
    asked,
    next: (count: number) => Array.from({ length: count }, () => turns.next(performance.now())),
  }
}

it('shards have their turns one after the other', () => {
  const { next } = start(3)
  const [first = 0, ...others] = next(4)
  expect(others).toEqual([(first + 1) % 3, (first + 2) % 3, first])
})

it('a shard that rests has no turn until it has answered, and nobody waits for that', async () => {
  const { turns, silent, asked, next } = start(3)
  turns.rest(1, performance.now())
  silent.add(1)
  expect(next(4)).not.toContain(1)
  expect(asked).toEqual([])
  vi.advanceTimersByTime(PAUSE)
  expect(next(4)).not.toContain(1)
  // One question at a time.
  expect(asked).toEqual([1])
  await Promise.resolve()
  expect(next(4)).not.toContain(1)
  expect(asked).toEqual([1])
  silent.clear()
  vi.advanceTimersByTime(PAUSE)
  expect(next(4)).not.toContain(1)
  expect(asked).toEqual([1, 1])
  await Promise.resolve()
  expect(next(3)).toContain(1)
})

it('shards go on having turns if all of them rest', () => {
  const { turns, next } = start(3)
  for (const shard of [0, 1]) turns.rest(shard, performance.now())
  expect(turns.allRest).toBe(false)
  expect(next(2)).toEqual([2, 2])
  turns.rest(2, performance.now())
  expect(turns.allRest).toBe(true)
  expect(next(3)).toEqual([0, 1, 2])
})
