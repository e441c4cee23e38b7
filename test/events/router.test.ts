import { describe, expect, it } from 'vitest'
import { Router } from '../../src/events/router.ts'

/** Handlers are their own patterns here. */
function routerWith(...patterns: string[]) {
  const router = new Router<string>()
  const removes = patterns.map((pattern) => router._add(pattern, pattern))
  return { router, removes, route: (type: string) => router._match(type).map(({ _handler }) => _handler) }
}

describe('matching', () => {
  it.each([
    ['order.created', ['order.*', 'order.created', '*']],
    ['order.line.added', ['order.*', 'order.line.*', '*']],
    ['order', ['*']],
    ['order.', ['order.*', '*']],
    ['orders.created', ['*']],
    ['Order.created', ['*']],
    ['', ['*']],
  ])('leads %j to %j', (type, expected) => {
    expect(routerWith('order.*', 'order.created', 'order.line.*', '*').route(type)).toEqual(expected)
  })

  it('keeps the order in which subscribers came, names and patterns alike', () => {
    expect(routerWith('*', 'a.*', 'a.b', 'a.*', 'a.b').route('a.b')).toEqual(['*', 'a.*', 'a.b', 'a.*', 'a.b'])
  })

  it('keeps the order of subscribers that share a name', () => {
    const router = new Router<number>()
    for (const n of [1, 2, 3]) router._add('a', n)
    expect(router._match('a').map(({ _handler }) => _handler)).toEqual([1, 2, 3])
  })

  it.each(['__proto__', 'constructor', 'error', 'open', 'message', 'toString'])(
    'treats %j as an ordinary name',
    (name) => {
      expect(routerWith().route(name)).toEqual([])
      expect(routerWith(name).route(name)).toEqual([name])
    },
  )

  it('calls each subscriber once for an event that is named like a pattern', () => {
    expect(routerWith('*', 'a.*').route('*')).toEqual(['*'])
    expect(routerWith('*', 'a.*').route('a.*')).toEqual(['*', 'a.*'])
  })

  it('matches no event with the empty pattern, which only wants a connection', () => {
    expect(routerWith('').route('message')).toEqual([])
  })
})

describe('adding and removing', () => {
  it('changes what matches', () => {
    const { router, removes, route } = routerWith('a', 'a')
    expect(route('a')).toHaveLength(2)
    removes[0]?.()
    expect(route('a')).toHaveLength(1)
    router._add('*', 'late')
    expect(route('a')).toEqual(['a', 'late'])
  })

  it('does not touch the match of a dispatch under way, but shows which subscribers have left', () => {
    const { router, removes } = routerWith('a', 'a')
    const route = router._match('a')
    router._add('a', 'late')
    removes[1]?.()
    expect(route.map((subscriber) => router._all.has(subscriber))).toEqual([true, false])
  })

  it('says whether the subscriber was there: removing twice does no harm', () => {
    const { router, removes } = routerWith('a', 'b')
    expect(router._all.size).toBe(2)
    expect([removes[0]?.(), removes[0]?.()]).toEqual([true, false])
    expect([...router._all].map(({ _pattern }) => _pattern)).toEqual(['b'])
  })

  it('removes one of two subscribers with the same pattern and handler', () => {
    const { router, removes, route } = routerWith('a', 'a')
    removes[1]?.()
    expect(route('a')).toEqual(['a'])
    expect(router._all.size).toBe(1)
  })
})
