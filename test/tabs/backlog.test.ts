import { describe, expect, it } from 'vitest'
import { type Backlog, createBacklog, idOf } from '../../src/tabs/backlog.ts'
import type { Entry, Frame, Position } from '../../src/tabs/message.ts'
import { range } from './stage.ts'

const event = (id: string | undefined, data = 'x'): Frame => ['event', 'n', data, id, undefined]
const ours = (seq: number): string => `k3f9x2ab-${seq}`

/** A backlog with frames from one number to another, whose ids are those numbers. */
function filled(from: number, to: number, { term = 7, id = ours } = {}): Backlog {
  const backlog = createBacklog()
  for (const n of range(from, to)) backlog.push({ term, n, frame: event(id(n)) }, { term, n: n - 1, cursor: id(n - 1) })
  return backlog
}

const numbers = (entries: readonly Entry[] | undefined): number[] | undefined => entries?.map(({ n }) => n)

describe('the id of a frame', () => {
  it.each<[Frame, string | undefined]>([
    [['id', 'a'], 'a'],
    [['id', ''], ''],
    [event('b'), 'b'],
    [event(undefined), undefined],
    [['retry', 5], undefined],
    [['beat'], undefined],
    [['oversized'], undefined],
  ])('%j: %s', (frame, id) => {
    expect(idOf({ term: 1, n: 1, frame })).toBe(id)
  })
})

describe('what a tab lacks', () => {
  const at = (n: number, cursor = '', term = 7): Position => ({ term, n, cursor })

  it.each<[string, Position, number[] | undefined]>([
    ['a new tab lacks nothing', at(0), []],
    ['one that stands where the first frame follows lacks all', at(10), range(11, 15)],
    ['one in the middle lacks the rest', at(13), [14, 15]],
    ['one that has all lacks nothing', at(15), []],
    ['of one before the first it cannot be told', at(9, ours(9)), undefined],
    ['nor of one before the first that has no id', at(9), undefined],
    ['one of another leader without an id: it cannot be told', at(13, '', 6), undefined],
    ['one of another leader goes by its id', at(3, ours(13), 6), [14, 15]],
    ['one that has been away goes by its id', at(0, ours(12)), [13, 14, 15]],
    ['one whose id is ahead of all lacks nothing', at(0, ours(99)), []],
    ['one whose id is before all: it cannot be told', at(0, ours(9)), undefined],
    ['one whose id is of another epoch: it cannot be told', at(0, 'zzzzzzzz-12'), undefined],
  ])('%s', (_, position, lacks) => {
    expect(numbers(filled(11, 15).after(position))).toEqual(lacks)
  })

  it('ids in no order count only where they are the same, the last one of them', () => {
    const backlog = filled(1, 6, { id: (n) => ['a', 'b', 'c'][n % 3] as string })
    expect(numbers(backlog.after(at(0, 'c')))).toEqual([6])
    expect(backlog.after(at(0, 'd'))).toBeUndefined()
  })

  it('a frame without an id belongs to the one before', () => {
    const backlog = createBacklog()
    backlog.push({ term: 7, n: 1, frame: event(ours(1)) }, at(0))
    backlog.push({ term: 7, n: 2, frame: ['retry', 10] }, at(1, ours(1)))
    expect(numbers(backlog.after(at(0, ours(1))))).toEqual([2])
  })

  it('an empty backlog can tell of none but a new tab', () => {
    const backlog = createBacklog()
    expect(backlog.after(at(0))).toEqual([])
    expect(backlog.after(at(1))).toBeUndefined()
    expect(backlog.after(at(1, 'a'))).toBeUndefined()
    expect(backlog.after(at(0, 'a'))).toBeUndefined()
  })

  it('the frames of two leaders in a row go together', () => {
    const backlog = filled(11, 12)
    backlog.push({ term: 8, n: 13, frame: event(ours(13)) }, at(12, ours(12)))
    expect(numbers(backlog.after(at(11, '', 7)))).toEqual([12, 13])
    expect(numbers(backlog.after(at(13, '', 8)))).toEqual([])
  })
})

describe('a backlog', () => {
  it('starts again where frames are missing', () => {
    const backlog = filled(1, 5)
    backlog.push({ term: 7, n: 9, frame: event(ours(9)) }, { term: 7, n: 8, cursor: ours(8) })
    expect(numbers(backlog.after({ term: 7, n: 8, cursor: '' }))).toEqual([9])
    expect(backlog.after({ term: 7, n: 5, cursor: ours(5) })).toBeUndefined()
  })

  it('starts again where its tab stood elsewhere', () => {
    const backlog = filled(1, 5)
    backlog.push({ term: 7, n: 6, frame: event(ours(6)) }, { term: 7, n: 2, cursor: ours(2) })
    expect(backlog.after({ term: 7, n: 3, cursor: ours(3) })).toBeUndefined()
  })

  it('keeps between 2000 and 4000 frames', () => {
    const backlog = filled(1, 3999)
    expect(backlog.after({ term: 7, n: 0, cursor: ours(1) })?.length).toBe(3998)
    backlog.push({ term: 7, n: 4000, frame: event(ours(4000)) }, { term: 7, n: 3999, cursor: ours(3999) })
    expect(backlog.after({ term: 7, n: 2000, cursor: ours(2000) })).toBeUndefined()
    expect(backlog.after({ term: 7, n: 2001, cursor: '' })?.length).toBe(1999)
  })

  it('keeps at most two million characters', () => {
    const backlog = createBacklog()
    const big = 'x'.repeat(600_000)
    for (const n of range(1, 4))
      backlog.push({ term: 7, n, frame: event(ours(n), big) }, { term: 7, n: n - 1, cursor: '' })
    expect(backlog.after({ term: 7, n: 1, cursor: ours(1) })).toBeUndefined()
    expect(numbers(backlog.after({ term: 7, n: 3, cursor: '' }))).toEqual([4])
    // What was dropped does not count any more.
    backlog.push({ term: 7, n: 5, frame: event(ours(5), big) }, { term: 7, n: 4, cursor: '' })
    expect(numbers(backlog.after({ term: 7, n: 3, cursor: '' }))).toEqual([4, 5])
  })

  it('forgets all', () => {
    const backlog = filled(1, 5)
    backlog.clear()
    expect(backlog.after({ term: 7, n: 3, cursor: ours(3) })).toBeUndefined()
    expect(backlog.after({ term: 7, n: 0, cursor: '' })).toEqual([])
  })

  // What the first frame followed is kept, so a tab that stands just there is told that it lacks nothing.
  it('forgets what its first frame followed, too', () => {
    const backlog = filled(11, 15)
    backlog.clear()
    expect(backlog.after({ term: 7, n: 10, cursor: ours(10) })).toBeUndefined()
  })
})
