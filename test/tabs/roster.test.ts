import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Hello, Message } from '../../src/tabs/message.ts'
import { createRoster } from '../../src/tabs/roster.ts'
import { createTab, NOWHERE, type TabContext } from '../../src/tabs/tab.ts'
import { fakeHost } from '../support/host.ts'
import { range } from './stage.ts'

function setup(others: readonly string[] | 'unknown' = []) {
  const clock = createClock()
  const gone = vi.fn()
  /** The locks that are queued for or held, and how they are granted. */
  const locks = new Map<string, () => unknown>()
  const _locks = {
    request: (name: string, { signal }: LockOptions, hold: () => unknown) => {
      locks.set(name, hold)
      signal?.addEventListener('abort', () => locks.delete(name))
      return new Promise(() => {})
    },
    async query() {
      if (others === 'unknown') throw Error('not here')
      return { held: ['x', 'x:me', 'y:stranger', ...others.map((id) => `x:${id}`)].map((name) => ({ name })) }
    },
  }
  const context = { _host: fakeHost(undefined, { clock }), _locks } as unknown as TabContext
  const tab = Object.assign(createTab(context), { _name: 'x', _tabId: 'me', _term: 9 })
  return { clock, gone, locks, roster: createRoster(tab, gone) }
}

const hello = (from: string, more: Partial<Message<Hello>> = {}): Message<Hello> => ({
  kind: 'hello',
  from,
  term: 9,
  ask: 1,
  at: NOWHERE,
  topics: [],
  names: new Set(),
  visible: true,
  nudge: undefined,
  ...more,
})

describe('the roll call', () => {
  /** When it is over: its own time, or undefined. */
  const called = ({ clock, roster }: ReturnType<typeof setup>) => {
    const start = clock.now()
    const result: { after?: number } = {}
    roster._call().then(() => {
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
    stage.roster._add(hello('a'))
    stage.roster._add(hello('b', { term: 8 }))
    await stage.clock.advance(10)
    expect(result.after).toBeUndefined()
    stage.roster._add(hello('b'))
    await stage.clock.settle()
    expect(result.after).toBe(60)
    expect(stage.clock.timers).toBe(0)
  })

  it('counts a tab that answered before the locks were listed', async () => {
    const stage = setup(['a'])
    const result = called(stage)
    stage.roster._add(hello('a'))
    await stage.clock.settle()
    expect(result.after).toBe(0)
  })

  it.each<[string, readonly string[] | 'unknown']>([
    ['for a tab that does not answer', ['frozen']],
    ['where the browser does not list the locks', 'unknown'],
  ])('waits 200 ms at most %s', async (_, others) => {
    const stage = setup(others)
    const result = called(stage)
    await stage.clock.advance(199)
    expect(result.after).toBeUndefined()
    await stage.clock.advance(1)
    expect(result.after).toBe(200)
  })

  it('is over when the tab stops leading', async () => {
    const stage = setup(['frozen'])
    const result = called(stage)
    await stage.clock.advance(10)
    stage.roster._end()
    await stage.clock.settle()
    expect(result.after).toBe(10)
    expect(stage.clock.timers).toBe(0)
  })
})

describe('the roster', () => {
  it('keeps the last hello of each tab', () => {
    const { roster } = setup()
    roster._add(hello('a', { topics: ['x'] }))
    roster._add(hello('b'))
    roster._add(hello('a', { topics: ['y'] }))
    expect(roster._all().map(({ from, topics }) => [from, topics])).toEqual([
      ['a', ['y']],
      ['b', []],
    ])
  })

  it('drops a tab when its lock can be had, and gives the lock back', async () => {
    const { roster, locks, gone, clock } = setup()
    // Looks at the others: the one that is gone is none of them.
    gone.mockImplementation(() => roster._all().length)
    roster._add(hello('a'))
    roster._add(hello('a'))
    roster._add(hello('b'))
    await clock.settle()
    expect([...locks.keys()]).toEqual(['x:a', 'x:b'])
    locks.get('x:a')?.()
    expect(gone).toHaveBeenCalledOnce()
    expect(gone).toHaveReturnedWith(1)
    expect(roster._all().map(({ from }) => from)).toEqual(['b'])
    expect([...locks.keys()]).toEqual(['x:b'])
  })

  it('takes a tab that was dropped again, and waits for its lock again', async () => {
    const { roster, locks, clock } = setup()
    roster._add(hello('a'))
    locks.get('x:a')?.()
    expect(locks.size).toBe(0)
    roster._add(hello('a'))
    await clock.settle()
    expect([...locks.keys()]).toEqual(['x:a'])
  })

  it('waits for no lock any more when the tab stops leading', async () => {
    const { roster, locks, clock } = setup()
    for (const id of range(1, 500)) roster._add(hello(`${id}`))
    await clock.settle()
    expect(locks.size).toBe(500)
    roster._end()
    expect(locks.size).toBe(0)
  })
})
