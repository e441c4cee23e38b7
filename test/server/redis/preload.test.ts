import { expect, it, vi } from 'vitest'
import { complete, type Stored } from '../../../server/redis/entry.ts'
import { type PreloadLimits, preload } from '../../../server/redis/preload.ts'
import { record } from '../../support/event-log.ts'

const LIMITS: PreloadLimits = { count: 1000, characters: Infinity, isOver: () => false }

/** A store that has these numbers, each with a payload of ten characters. */
function startStore(from: number, to: number, { lost = [] }: { readonly lost?: readonly number[] } = {}) {
  const all = Array.from({ length: to - from + 1 }, (_, n): Stored => {
    const seq = from + n
    return { entry: { ...record('"12345678"'), seq }, epoch: 'e', uid: `u.${seq}` }
  })
  const range = vi.fn(async (first: number, last: number, count: number) =>
    all.filter(({ entry: { seq } }) => seq >= first && seq <= last).slice(0, count),
  )
  const load = vi.fn(async (entries: readonly Stored[]) =>
    entries.map((stored) => (lost.includes(stored.entry.seq) ? complete(stored, undefined) : stored)),
  )
  return { range, load, all }
}

const numbersOf = (entries: readonly Stored[]): number[] => entries.map(({ entry }) => entry.seq)
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)

it('a start reads nothing of an empty log', async () => {
  const { range, load } = startStore(1, 0)
  expect(await preload({ range, load }, 0, LIMITS)).toEqual([])
  expect(range).not.toHaveBeenCalled()
})

it('a start reads the newest events in pages, from the newest on, and has them in order', async () => {
  const store = startStore(1, 1500)
  expect(numbersOf(await preload(store, 1500, { ...LIMITS, count: 250 }))).toEqual(upTo(1251, 1500))
  expect(store.range.mock.calls).toEqual([
    [1401, 1500, 100],
    [1301, 1400, 100],
    [1251, 1300, 50],
  ])
})

it('a start reads a log that is shorter', async () => {
  expect(numbersOf(await preload(startStore(1, 30), 30, LIMITS))).toEqual(upTo(1, 30))
})

it('a start reads no event beyond the number that it was told', async () => {
  expect(numbersOf(await preload(startStore(1, 40), 30, LIMITS))).toEqual(upTo(1, 30))
})

it('a start reads no page more once it has enough text', async () => {
  const store = startStore(1, 1000)
  expect(numbersOf(await preload(store, 1000, { ...LIMITS, characters: 1001 }))).toEqual(upTo(801, 1000))
})

it('a start reads no page more once its time is over', async () => {
  const store = startStore(1, 1000)
  const isOver = () => store.range.mock.calls.length === 2
  expect(numbersOf(await preload(store, 1000, { ...LIMITS, isOver }))).toEqual(upTo(801, 1000))
})

it.each([
  ['events that have been deleted', startStore(851, 1000)],
  ['an event that has lost its payload', startStore(1, 1000, { lost: [20, 820, 850] })],
])('a start ends its reading in front of %s', async (_, store) => {
  expect(numbersOf(await preload(store, 1000, LIMITS))).toEqual(upTo(851, 1000))
  expect(store.range).toHaveBeenCalledTimes(2)
})

it('a start ends its reading in front of a hole', async () => {
  const store = startStore(1, 1000)
  store.all.splice(849, 1)
  expect(numbersOf(await preload(store, 1000, LIMITS))).toEqual(upTo(851, 1000))
})

it('a start has nothing if the newest event is gone', async () => {
  expect(await preload(startStore(1, 999), 1000, LIMITS)).toEqual([])
})

it.each(['range', 'load'] as const)('a start has what it has read if Redis then fails (%s)', async (part) => {
  const store = startStore(1, 1000)
  store[part].mockImplementationOnce(store[part].getMockImplementation() as never)
  store[part].mockRejectedValueOnce(new Error('LOADING'))
  expect(numbersOf(await preload(store, 1000, LIMITS))).toEqual(upTo(901, 1000))
})
