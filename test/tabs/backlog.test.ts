import { describe, expect, it } from 'vitest'
import { type Backlog, createBacklog, idOf } from '../../src/tabs/backlog.ts'
import type { Entry, Frame, Position } from '../../src/tabs/message.ts'
import { range } from './stage.ts'

const event = (id: string | undefined, data: string | undefined = 'x'): Frame => ['block', { type: 'n', data, id }]
const ours = (seq: number): string => `k3f9x2ab-${seq}`

/** A backlog with frames from one number to another, whose ids are those numbers. */
function filled(from: number, to: number, { term = 7, id = ours } = {}): Backlog {
  const backlog = createBacklog()
  for (const n of range(from, to)) backlog._add({ term, n, frame: event(id(n)) }, { term, n: n - 1, cursor: id(n - 1) })
  return backlog
}

const numbers = (entries: readonly Entry[] | undefined): number[] | undefined => entries?.map(({ n }) => n)

describe('idOf()', () => {
  it.each<[Frame, string | undefined]>([
    [['block', { type: 'message', data: undefined, id: 'a' }], 'a'],
    [['block', { type: 'message', data: undefined, id: '' }], ''],
    [event('b'), 'b'],
    [event(undefined), undefined],
    [['retry', 5], undefined],
    [['comment', 'a'], undefined],
    [['gap', { reason: 'too-large' }], undefined],
  ])('the frame %j brings the id %s', (frame, id) => {
    expect(idOf({ term: 1, n: 1, frame })).toBe(id)
  })
})

describe('what a tab lacks, of the frames 11 to 15', () => {
  const at = (n: number, cursor = '', term = 7): Position => ({ term, n, cursor })

  it.each<[string, Position, number[] | undefined]>([
    ['a new tab lacks nothing', at(0), []],
    ['a tab at the number before the first frame lacks all', at(10), range(11, 15)],
    ['a tab at the id before the first frame lacks all', at(0, ours(10)), range(11, 15)],
    ['a tab in the middle lacks the rest', at(13), [14, 15]],
    ['a tab that has all lacks nothing', at(15), []],
    ['a tab before the first frame lacks more than is here', at(9, ours(9)), undefined],
    ['a tab before the first frame, without an id, lacks more than is here', at(9), undefined],
    ['a tab of another leader, without an id, lacks nobody knows what', at(13, '', 6), undefined],
    ['a tab of another leader goes by its id', at(3, ours(13), 6), [14, 15]],
    ['a tab that has been away goes by its id', at(0, ours(12)), [13, 14, 15]],
    ['a tab whose id is ahead of all lacks nothing', at(0, ours(99)), []],
    ['a tab whose id is before all lacks more than is here', at(0, ours(9)), undefined],
    ['a tab whose id is of another epoch lacks nobody knows what', at(0, 'zzzzzzzz-12'), undefined],
  ])('%s', (_, position, lacks) => {
    expect(numbers(filled(11, 15)._after(position))).toEqual(lacks)
  })
})

describe('a backlog', () => {
  const at = (n: number, cursor = '', term = 7): Position => ({ term, n, cursor })

  it('finds ids in no order where they are the same, the last one of them', () => {
    const backlog = filled(1, 6, { id: (n) => ['a', 'b', 'c'][n % 3] as string })
    expect(numbers(backlog._after(at(0, 'c')))).toEqual([6])
    expect(backlog._after(at(0, 'd'))).toBeUndefined()
  })

  it('counts a frame without an id to the id before it', () => {
    const backlog = createBacklog()
    backlog._add({ term: 7, n: 1, frame: event(ours(1)) }, at(0))
    backlog._add({ term: 7, n: 2, frame: ['retry', 10] }, at(1, ours(1)))
    expect(numbers(backlog._after(at(0, ours(1))))).toEqual([2])
  })

  it('knows of none but a new tab while it is empty', () => {
    const backlog = createBacklog()
    expect(backlog._after(at(0))).toEqual([])
    expect(backlog._after(at(1))).toBeUndefined()
    expect(backlog._after(at(1, 'a'))).toBeUndefined()
    expect(backlog._after(at(0, 'a'))).toBeUndefined()
  })

  it('joins the frames of two leaders in a row', () => {
    const backlog = filled(11, 12)
    backlog._add({ term: 8, n: 13, frame: event(ours(13)) }, at(12, ours(12)))
    expect(numbers(backlog._after(at(11, '', 7)))).toEqual([12, 13])
    expect(numbers(backlog._after(at(13, '', 8)))).toEqual([])
  })

  it('starts again where frames are missing', () => {
    const backlog = filled(1, 5)
    backlog._add({ term: 7, n: 9, frame: event(ours(9)) }, { term: 7, n: 8, cursor: ours(8) })
    expect(numbers(backlog._after({ term: 7, n: 8, cursor: '' }))).toEqual([9])
    expect(backlog._after({ term: 7, n: 5, cursor: ours(5) })).toBeUndefined()
  })

  it('starts again where its tab was elsewhere', () => {
    const backlog = filled(1, 5)
    backlog._add({ term: 8, n: 3, frame: event(ours(9)) }, { term: 8, n: 2, cursor: ours(8) })
    expect(backlog._after({ term: 7, n: 3, cursor: ours(3) })).toBeUndefined()
    expect(numbers(backlog._after({ term: 8, n: 2, cursor: '' }))).toEqual([3])
  })

  it('keeps between 2000 and 4000 frames', () => {
    const backlog = filled(1, 3999)
    expect(backlog._after({ term: 7, n: 0, cursor: ours(1) })?.length).toBe(3998)
    backlog._add({ term: 7, n: 4000, frame: event(ours(4000)) }, { term: 7, n: 3999, cursor: ours(3999) })
    expect(backlog._after({ term: 7, n: 2000, cursor: ours(2000) })).toBeUndefined()
    expect(backlog._after({ term: 7, n: 2001, cursor: '' })?.length).toBe(1999)
  })

  it.each<[string, (n: number, big: string) => Frame]>([
    ['data', (n, big) => event(ours(n), big)],
    ['names', (n, type) => ['block', { type, data: 'x', id: ours(n) }]],
    ['ids', (_, id) => event(id)],
    ['topics', (n, topic) => ['block', { type: 'n', data: 'x', id: ours(n), topic }]],
    ['gaps', (_, reason) => ['gap', { reason }]],
  ])('keeps at most two million characters of %s', (_, make) => {
    const backlog = createBacklog()
    const big = 'x'.repeat(600_000)
    for (const n of range(1, 4)) backlog._add({ term: 7, n, frame: make(n, big) }, { term: 7, n: n - 1, cursor: '' })
    expect(backlog._after({ term: 7, n: 1, cursor: ours(1) })).toBeUndefined()
    expect(numbers(backlog._after({ term: 7, n: 3, cursor: '' }))).toEqual([4])
    // What was dropped does not count any more.
    backlog._add({ term: 7, n: 5, frame: make(5, big) }, { term: 7, n: 4, cursor: '' })
    expect(numbers(backlog._after({ term: 7, n: 3, cursor: '' }))).toEqual([4, 5])
  })

  it('forgets all', () => {
    const backlog = filled(1, 5)
    backlog._forget()
    expect(backlog._after({ term: 7, n: 3, cursor: ours(3) })).toBeUndefined()
    expect(backlog._after({ term: 7, n: 0, cursor: '' })).toEqual([])
  })

  // A tab at the very position before the first frame lacks nothing else, so that position is kept.
  it('forgets the position before its first frame, too', () => {
    const backlog = filled(11, 15)
    backlog._forget()
    expect(backlog._after({ term: 7, n: 10, cursor: ours(10) })).toBeUndefined()
  })
})
