import { expect, it, onTestFinished, vi } from 'vitest'
import { createCare } from '../../../server/redis/care.ts'
import type { Stored } from '../../../server/redis/entry.ts'
import { record } from '../../support/event-log.ts'
import { eventually } from '../../support/eventually.ts'

const NOW = 1_700_000_000_000
const MAX_AGE = 40

/** When an event was published, by the clock of its process. */
const AT = { old: NOW - MAX_AGE - 1, young: NOW - MAX_AGE, future: NOW + 1 }

const stored = (seq: number, at: number): Stored => ({ entry: { ...record('1'), at, seq }, epoch: 'e', uid: `${seq}` })

const many = (count: number, kind: keyof typeof AT) => Array.from({ length: count }, () => kind)

/** Entries from 1 on. The date stands still. */
function start(kinds: readonly (keyof typeof AT)[], options: { readonly fails?: number } = {}) {
  const date = vi.spyOn(Date, 'now').mockReturnValue(NOW)
  onTestFinished(() => date.mockRestore())
  let failures = options.fails ?? 0
  const entries = kinds.map((kind, n) => stored(n + 1, AT[kind]))
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
  const ends = createCare({ maxAge: MAX_AGE }, { range, trim, forget }, () => ({ first, head: kinds.length }))
  onTestFinished(ends)
  return { range, trimmed, forget }
}

it('deletes up to the first event that is young enough', async () => {
  const { trimmed, range } = start([...many(250, 'old'), ...many(250, 'young')])
  await eventually(() => expect(range.mock.calls.length).toBeGreaterThan(4))
  expect(trimmed).toEqual([251])
})

it('deletes all events if all are old', async () => {
  const { trimmed } = start(many(150, 'old'))
  await eventually(() => expect(trimmed).toEqual([151]))
})

it('deletes an event of a process whose clock is ahead when events behind it are old', async () => {
  const { trimmed } = start(['old', ...many(150, 'future'), 'old', 'future', 'young', 'old'])
  await eventually(() => expect(trimmed).toEqual([153]))
})

it.each<[what: string, kinds: (keyof typeof AT)[]]>([
  ['the clock of their process is ahead', ['future', 'future']],
  ['one in front of them is young: their process has a clock that is behind', ['young', 'old', ...many(150, 'old')]],
])('keeps events if %s', async (_, kinds) => {
  const { trimmed, forget } = start(kinds)
  await eventually(() => expect(forget.mock.calls.length).toBeGreaterThan(1))
  expect(trimmed).toEqual([])
})

it('deletes payloads in shards each time, also if another process has deleted their events', async () => {
  const { forget, trimmed } = start(many(3, 'young'))
  await eventually(() => expect(forget.mock.calls.length).toBeGreaterThan(1))
  expect(trimmed).toEqual([])
  expect(new Set(forget.mock.calls.flat())).toEqual(new Set([44]))
})

it('tries again after a failure', async () => {
  const { trimmed } = start(['old', 'young', 'young'], { fails: 2 })
  await eventually(() => expect(trimmed).toEqual([2]))
})

it('asks nothing without an age', () => {
  const range = vi.fn()
  createCare({ maxAge: Infinity }, { range, trim: range, forget: range }, () => ({ first: 1, head: 5 }))()
  expect(range).not.toHaveBeenCalled()
})
