import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { createBacklog } from '../../src/tabs/backlog.ts'
import type { Hello, Position } from '../../src/tabs/message.ts'
import { createRoster } from '../../src/tabs/roster.ts'
import { NOWHERE, type Tab } from '../../src/tabs/tab.ts'
import { idOf, range } from './stage.ts'

function setup(others: readonly string[] = []) {
  const clock = createClock()
  const gone = vi.fn()
  /** The locks that are queued for, and how they are granted. */
  const queued = new Map<string, () => unknown>()
  const locks = {
    request: (name: string, { signal }: LockOptions, hold: () => unknown) => {
      queued.set(name, hold)
      signal?.addEventListener('abort', () => queued.delete(name))
      return new Promise(() => {})
    },
    query: async () => ({
      held: ['x', 'x:me', 'y:stranger', ...others.map((id) => `x:${id}`)].map((name) => ({ name })),
    }),
  } as unknown as LockManager
  const tab = { clock, name: 'x', id: 'me', term: 9, at: NOWHERE, backlog: createBacklog() } as unknown as Tab
  const roster = createRoster(tab, locks, gone)
  return { clock, gone, queued, tab, roster }
}

const hello = (from: string, more: Partial<Hello> = {}): Hello => ({
  kind: 'hello',
  from,
  to: 9,
  ask: 1,
  at: NOWHERE,
  topics: [],
  names: [],
  visible: true,
  nudge: undefined,
  ...more,
})

describe('the roll call', () => {
  /** When it is over: its own time, or undefined. */
  const called = ({ clock, roster }: ReturnType<typeof setup>) => {
    const start = clock.now()
    const result: { after?: number } = {}
    roster.call().then(() => {
      result.after = clock.now() - start
    })
    return result
  }

  it('is over at once where there is no other tab', async () => {
    const stage = setup()
    const result = called(stage)
    await stage.clock.settle()
    expect(result.after).toBe(0)
    expect(stage.clock.timers).toBe(0)
  })

  it('waits until all have answered to this term, and not longer', async () => {
    const stage = setup(['a', 'b'])
    const result = called(stage)
    await stage.clock.advance(50)
    stage.roster.heard(hello('a'))
    stage.roster.heard(hello('b', { to: 8 }))
    await stage.clock.advance(10)
    expect(result.after).toBeUndefined()
    stage.roster.heard(hello('b'))
    await stage.clock.settle()
    expect(result.after).toBe(60)
    expect(stage.clock.timers).toBe(0)
  })

  it('counts whoever answered before the locks were listed', async () => {
    const stage = setup(['a'])
    const result = called(stage)
    stage.roster.heard(hello('a'))
    await stage.clock.settle()
    expect(result.after).toBe(0)
  })

  it('waits 200 ms at most for one that does not answer', async () => {
    const stage = setup(['frozen'])
    const result = called(stage)
    await stage.clock.advance(199)
    expect(result.after).toBeUndefined()
    await stage.clock.advance(1)
    expect(result.after).toBe(200)
  })

  it('is over when the leader is none any more', async () => {
    const stage = setup(['frozen'])
    const result = called(stage)
    await stage.clock.advance(10)
    stage.roster.end()
    await stage.clock.settle()
    expect(result.after).toBe(10)
    expect(stage.clock.timers).toBe(0)
  })
})

describe('a tab', () => {
  it('is known by what it said last', () => {
    const { roster } = setup()
    roster.heard(hello('a', { topics: ['x'] }))
    roster.heard(hello('b'))
    roster.heard(hello('a', { topics: ['y'] }))
    expect(roster.all().map(({ from, topics }) => [from, topics])).toEqual([
      ['a', ['y']],
      ['b', []],
    ])
  })

  it('is gone when its lock is to be had', async () => {
    const { roster, queued, gone, clock } = setup()
    roster.heard(hello('a'))
    roster.heard(hello('a'))
    await clock.settle()
    expect([...queued.keys()]).toEqual(['x:a'])
    queued.get('x:a')?.()
    expect(gone).toHaveBeenCalledExactlyOnceWith('a')
  })

  it('that is dropped is not waited for any more, and may come again', async () => {
    const { roster, queued, clock } = setup()
    roster.heard(hello('a'))
    await clock.settle()
    roster.drop('a')
    expect(roster.all()).toEqual([])
    expect(queued.size).toBe(0)
    roster.heard(hello('a'))
    await clock.settle()
    expect([...queued.keys()]).toEqual(['x:a'])
  })

  it('is not waited for when the leader is none any more', async () => {
    const { roster, queued, clock } = setup()
    for (const id of range(1, 500)) roster.heard(hello(`${id}`))
    await clock.settle()
    expect(queued.size).toBe(500)
    roster.end()
    expect(queued.size).toBe(0)
  })
})

describe('where the line is to be taken up', () => {
  const at = (n: number, term = 8): Position => ({ term, n, cursor: idOf(n) })

  /** Where it is, if this tab has all from 11 to 20, and the others stand there. */
  function lowest(...others: readonly Position[]): Position | undefined {
    const { tab, roster } = setup()
    for (const n of range(11, 20))
      tab.backlog.push({ term: 8, n, frame: ['event', 'n', '', idOf(n), undefined] }, at(n - 1))
    tab.at = at(20)
    for (const [index, place] of others.entries()) roster.heard(hello(`${index}`, { at: place }))
    return roster.lowest(idOf(20))
  }

  it.each<[string, Position[], Position | undefined]>([
    ['alone: where this tab stands', [], undefined],
    ['a new tab takes nobody back', [NOWHERE], undefined],
    ['one whose lack is known takes nobody back', [at(10), at(15), at(20)], undefined],
    ['at the one furthest behind', [at(9), at(5), at(7)], at(5)],
    ['not at one that has been away since an earlier leader', [at(5, 7)], undefined],
    ['not at one without a cursor', [{ term: 8, n: 5, cursor: '' }], undefined],
    ['not at one that has heard no leader', [{ term: 8, n: 0, cursor: idOf(5) }], undefined],
    [
      'not at one of another epoch, which is not known to be behind',
      [{ term: 8, n: 5, cursor: 'zzzzzzzz-5' }],
      undefined,
    ],
  ])('%s', (_, others, place) => {
    expect(lowest(...others)).toEqual(place)
  })
})
