import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Hello } from '../../src/tabs/message.ts'
import type { Tab } from '../../src/tabs/tab.ts'
import { createUnion } from '../../src/tabs/union.ts'

function setup(own: readonly string[], ...others: string[][]) {
  const clock = createClock()
  const told: { rev: number; add: string[]; remove: string[]; all: string[] }[] = []
  let answer: { resolve(): void; reject(error: unknown): void } | undefined
  const tell = (body: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      told.push(body as (typeof told)[number])
      answer = { resolve: () => resolve(undefined), reject }
    })
  const renew = vi.fn()
  const changed = vi.fn()
  const event = vi.fn()
  const mine = { topics: own, joining: false, sink: { event } }
  const hellos = others.map((topics) => ({ topics }) as unknown as Hello)
  const tab = { clock, host: { tell }, renew, try: mine } as unknown as Tab
  const union = createUnion(tab, () => hellos, changed)
  const want = (...topics: string[][]): void => {
    hellos.splice(0, hellos.length, ...topics.map((topics) => ({ topics }) as unknown as Hello))
  }
  const greet = (more: object = {}): unknown =>
    union.read('connected', JSON.stringify({ v: 1, clientId: 'c', topics: own, ...more }))
  const confirm = (rev: number, topics: readonly string[]): unknown =>
    union.read('subscribed', JSON.stringify({ rev, topics }))
  return { clock, told, renew, changed, event, mine, union, want, greet, confirm, answer: () => answer }
}

it('asks for what all tabs want, each once', () => {
  expect(setup(['a', 'b'], ['b', 'c'], ['a']).union.begin()).toEqual(['a', 'b', 'c'])
})

describe('a change', () => {
  it('is told with what came and went, and covers nobody until the server has said so', () => {
    const { union, want, greet, told, confirm } = setup(['a'], ['b'])
    union.begin()
    greet()
    expect(union.covers(['a', 'b'])).toBe(true)
    want(['c'])
    union.retell()
    expect(told).toMatchObject([{ clientId: 'c', add: ['c'], remove: ['b'], all: ['a', 'c'] }])
    expect(union.covers(['a'])).toBe(false)
    confirm(told[0]?.rev ?? 0, ['a', 'c'])
    expect(union.covers(['a', 'c'])).toBe(true)
    expect(union.covers(['b'])).toBe(false)
  })

  it('that is none is not told', () => {
    const { union, greet, told } = setup(['a'], ['b'])
    union.begin()
    greet()
    union.retell()
    expect(told).toEqual([])
  })

  it("of this tab's own that others have asked for already is answered here", () => {
    const { union, greet, told, event, mine } = setup(['a'], ['a'])
    union.begin()
    greet({ topics: ['a', 'z'] })
    mine.joining = true
    union.retell()
    expect(event).toHaveBeenCalledExactlyOnceWith('subscribed', '{"topics":["a","z"]}', undefined)
    expect(told).toEqual([])
  })

  it('is confirmed for all tabs by what was asked, and without a number', async () => {
    const { union, want, greet, told, confirm, changed, clock } = setup([])
    union.begin()
    greet()
    want(['b'])
    union.retell()
    const rev = told[0]?.rev ?? 0
    expect(confirm(rev - 1, [])).toBeUndefined()
    expect(JSON.parse(`${confirm(rev, ['b'])}`)).toEqual({ topics: ['b'], asked: ['b'] })
    await clock.settle()
    expect(changed).toHaveBeenCalledOnce()
    expect(union.intro?.topics).toEqual(['b'])
    expect(clock.timers).toBe(0)
  })

  it('that the server does not confirm in 5 s leads to a new request', async () => {
    const { union, want, greet, clock, renew, answer } = setup([])
    union.begin()
    greet()
    want(['b'])
    union.retell()
    answer()?.resolve()
    await clock.advance(4999)
    expect(renew).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(renew).toHaveBeenCalledOnce()
  })

  it.each<[string, (stage: ReturnType<typeof setup>) => void, number]>([
    ['leads to a new request', () => {}, 1],
    [
      'does not, if a later one is under way',
      ({ union, want }) => {
        want(['b'], ['c'])
        union.retell()
      },
      0,
    ],
    ['does not, if there is a new request already', ({ union }) => union.begin(), 0],
    ['does not, if it has been confirmed', ({ confirm, told }) => confirm(told[0]?.rev ?? 0, ['b']), 0],
    ['does not, if this tab leads no more', ({ union }) => union.end(), 0],
  ])('whose POST fails %s', async (_, meanwhile, times) => {
    const stage = setup([])
    stage.union.begin()
    stage.greet()
    stage.want(['b'])
    stage.union.retell()
    const first = stage.answer()
    meanwhile(stage)
    first?.reject(Error('no'))
    await stage.clock.settle()
    expect(stage.renew).toHaveBeenCalledTimes(times)
  })

  it('is a new request where the server has not introduced itself, but for one less', () => {
    const { union, want, renew } = setup(['a'], ['b'])
    union.begin()
    want()
    union.retell()
    expect(renew).not.toHaveBeenCalled()
    want(['c'])
    union.retell()
    expect(renew).toHaveBeenCalledOnce()
  })
})

describe('what an event says', () => {
  it('goes to all tabs as it is', () => {
    const { union } = setup([])
    union.begin()
    expect(union.read('n', '{"v":1}')).toBe('{"v":1}')
    expect(union.read('connected', '{"v":1,"clientId":"c"}')).toBe('{"v":1,"clientId":"c"}')
    expect(union.intro).toMatchObject({ v: 1, clientId: 'c' })
  })

  it('is not taken for a word of the server if that has not introduced itself', () => {
    const { union } = setup([])
    union.begin()
    union.read('connected', '"hello"')
    expect(union.intro).toBeUndefined()
    expect(union.read('subscribed', '{"rev":7}')).toBe('{"rev":7}')
  })

  it('of the last line is forgotten with the next', () => {
    const { union, greet } = setup([])
    union.begin()
    greet()
    union.begin()
    expect(union.intro).toBeUndefined()
  })
})
