import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Later } from '../../../server/publish/filter.ts'
import { createFilterLine, type FilterLine } from '../../../server/publish/filter-line.ts'
import { createParcels } from '../../../server/publish/parcels.ts'

const parcel = createParcels(undefined, () => {}).ofRecord({ type: 'n', json: '1', to: {}, at: 0 }, 'x-1')

/** An answer that is given by hand. */
function question() {
  let settle = (_: boolean): void => {}
  const stop = vi.fn()
  const answer: Later = (settled) => {
    settle = settled
    return stop
  }
  return { answer, stop, settle: (allowed: boolean) => settle(allowed) }
}

function setup() {
  const ready = vi.fn()
  const line = createFilterLine(ready)
  const takeAll = (on: FilterLine = line): unknown[] => {
    const taken: unknown[] = []
    for (let next = on.take(); next; next = on.take()) taken.push([next.seq, next.allowed])
    return taken
  }
  return { line, ready, takeAll }
}

describe('events that wait for a filter', () => {
  it('are taken in order, whatever the order of the answers', () => {
    const { line, ready, takeAll } = setup()
    const [one, two, three] = [question(), question(), question()]
    line.push(parcel, 1, one.answer)
    line.push(parcel, 2, two.answer)
    line.push(parcel, 0, true)
    line.push(parcel, 3, three.answer)
    expect([line.length, line.isReady, takeAll()]).toEqual([4, false, []])
    three.settle(true)
    two.settle(false)
    expect([ready.mock.calls.length, line.isReady]).toEqual([0, false])
    one.settle(true)
    expect([ready.mock.calls.length, line.isReady]).toEqual([1, true])
    expect(takeAll()).toEqual([
      [1, true],
      [2, false],
      [0, true],
      [3, true],
    ])
    expect(line.length).toBe(0)
  })

  it('are dropped together, and nothing is asked any more', () => {
    const { line, ready } = setup()
    const [one, two] = [question(), question()]
    line.push(parcel, 1, one.answer)
    line.push(parcel, 2, true)
    line.push(parcel, 3, two.answer)
    line.cancel()
    expect([line.length, line.isReady, line.take()]).toEqual([0, false, undefined])
    expect([one.stop.mock.calls.length, two.stop.mock.calls.length]).toEqual([1, 1])
    expect(ready).toHaveBeenCalledTimes(1)
  })

  it('are all taken once and in order, for any answers in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.nat())), (events) => {
        const taken: unknown[] = []
        const line: FilterLine = createFilterLine(() => {
          for (let next = line.take(); next; next = line.take()) taken.push([next.seq, next.allowed])
        })
        const answers = events.map(([, allowed, when], n) => {
          const each = question()
          return { each, allowed, when, n }
        })
        for (const [n, [atOnce]] of events.entries())
          line.push(parcel, n + 1, atOnce || !answers[n] ? true : answers[n].each.answer)
        for (const { each, allowed, n } of [...answers].sort((a, b) => a.when - b.when))
          if (!events[n]?.[0]) each.settle(allowed)
        for (let next = line.take(); next; next = line.take()) taken.push([next.seq, next.allowed])
        expect(taken).toEqual(events.map(([atOnce, allowed], n) => [n + 1, atOnce || allowed]))
      }),
    )
  })
})
