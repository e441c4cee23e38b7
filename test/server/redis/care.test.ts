import { expect, it, onTestFinished, vi } from 'vitest'
import { createCare } from '../../../server/redis/care.ts'
import type { Stored } from '../../../server/redis/entry.ts'
import { record } from '../../support/event-log.ts'
import { eventually } from '../../support/eventually.ts'

const stored = (seq: number, at: number): Stored => ({ entry: { ...record('1'), at, seq }, epoch: 'e', uid: `${seq}` })

/** Entries 1 to `count`, of which the first `old` are too old. */
function start(count: number, old: number, options: { readonly fails?: number } = {}) {
  let failures = options.fails ?? 0
  const entries = Array.from({ length: count }, (_, n) => stored(n + 1, n < old ? 0 : Date.now() + 60_000))
  const trimmed: number[] = []
  const range = vi.fn(async (from: number, to: number, limit: number) => {
    if (failures-- > 0) throw new Error('no Redis')
    return entries.filter(({ entry }) => entry.seq >= from && entry.seq <= to).slice(0, limit)
  })
  let first = 1
  const trim = async (to: number): Promise<void> => {
    trimmed.push(to)
    first = to
  }
  const forget = vi.fn(async () => {})
  onTestFinished(createCare({ maxAge: 40 }, { range, trim, forget }, () => ({ first, head: count })))
  return { range, trimmed, forget }
}

it('deletes up to the first event that is young enough', async () => {
  const { trimmed, range } = start(500, 250)
  await eventually(() => expect(range.mock.calls.length).toBeGreaterThan(4))
  expect(trimmed).toEqual([251])
})

it('deletes all events if all are old', async () => {
  const { trimmed } = start(150, 150)
  await eventually(() => expect(trimmed).toEqual([151]))
})

it('deletes payloads in shards each time, also if another process has deleted their events', async () => {
  const { forget, trimmed } = start(3, 0)
  await eventually(() => expect(forget.mock.calls.length).toBeGreaterThan(1))
  expect(trimmed).toEqual([])
  expect(new Set(forget.mock.calls.flat())).toEqual(new Set([44]))
})

it('tries again after a failure', async () => {
  const { trimmed } = start(3, 1, { fails: 2 })
  await eventually(() => expect(trimmed).toEqual([2]))
})

it('asks nothing without an age', () => {
  const range = vi.fn()
  createCare({ maxAge: Infinity }, { range, trim: range, forget: range }, () => ({ first: 1, head: 5 }))()
  expect(range).not.toHaveBeenCalled()
})
