import { describe, expect, it } from 'vitest'
import { createRouter } from '../src/router.ts'

/** Handlers are their own names here. */
function routerWith(...patterns: string[]) {
  const router = createRouter<string>()
  const subscribers = patterns.map((pattern) => router.add(pattern, pattern))
  return { router, subscribers, route: (type: string) => router.match(type).map(({ handler }) => handler) }
}

describe('a route', () => {
  it.each([
    ['order.created', ['order.created', 'order.*', '*']],
    ['order.line.added', ['order.*', 'order.line.*', '*']],
    ['order', ['*']],
    ['order.', ['order.*', '*']],
    ['orders.created', ['*']],
    ['', ['*']],
  ])('of %j leads to %j', (type, expected) => {
    expect(routerWith('order.*', 'order.created', 'order.line.*', '*').route(type).sort()).toEqual([...expected].sort())
  })

  it('has exact names first, then patterns in the order they came', () => {
    expect(routerWith('*', 'a.*', 'a.b').route('a.b')).toEqual(['a.b', '*', 'a.*'])
  })

  it('keeps the order of those who share a name', () => {
    const router = createRouter<number>()
    for (const n of [1, 2, 3]) router.add('a', n)
    expect(router.match('a').map(({ handler }) => handler)).toEqual([1, 2, 3])
  })

  it.each(['__proto__', 'constructor', 'error', 'open', 'message', 'toString'])(
    'of %j is that of an ordinary name',
    (name) => {
      expect(routerWith().route(name)).toEqual([])
      expect(routerWith(name).route(name)).toEqual([name])
    },
  )

  it('leads nowhere twice for an event that is called like a pattern', () => {
    expect(routerWith('*', 'a.*').route('*')).toEqual(['*'])
    expect(routerWith('*', 'a.*').route('a.*')).toEqual(['a.*', '*'])
  })

  it('takes a star in the middle for a letter', () => {
    expect(routerWith('a*').route('ab')).toEqual([])
    expect(routerWith('a*').route('a*')).toEqual(['a*'])
  })
})

describe('coming and going', () => {
  it('changes the routes that are known', () => {
    const { router, subscribers, route } = routerWith('a', 'a')
    expect(route('a')).toHaveLength(2)
    if (subscribers[0]) router.remove('a', subscribers[0])
    expect(route('a')).toHaveLength(1)
    router.add('*', 'late')
    expect(route('a')).toEqual(['a', 'late'])
  })

  it('does not touch the route of a dispatch under way, but marks who has gone', () => {
    const { router, subscribers } = routerWith('a', 'a')
    const route = router.match('a')
    router.add('a', 'late')
    if (subscribers[1]) router.remove('a', subscribers[1])
    expect(route.map(({ active }) => active)).toEqual([true, false])
  })

  it('counts patterns, and removing twice does no harm', () => {
    const { router, subscribers } = routerWith('a', 'b')
    expect(router.size).toBe(2)
    for (const _ of [1, 2]) if (subscribers[0]) router.remove('a', subscribers[0])
    expect(router.size).toBe(1)
    expect([...router.patterns()]).toEqual(['b'])
  })

  it('leaves nothing after clear', () => {
    const { router, subscribers, route } = routerWith('a', '*', 'b.*')
    router.clear()
    expect(router.size).toBe(0)
    expect(route('a')).toEqual([])
    expect(subscribers.every(({ active }) => !active)).toBe(true)
  })
})

it('does not remember more than a thousand names that a server makes up', () => {
  const { router, route } = routerWith('*')
  const first = router.match('0')
  expect(router.match('0')).toBe(first)
  for (let i = 0; i < 1100; i++) router.match(`${i}`)
  expect(router.match('0')).not.toBe(first)
  expect(route('0')).toEqual(['*'])
})
