import { describe, expect, it } from 'vitest'
import { match, type Subscriber, type Subscribers } from '../../src/events/router.ts'

const subscriber = <T>(_pattern: string, _handler: T): Subscriber<T> => ({ _pattern, _handler, _off() {} })

/** Handlers are their own patterns here. */
const subscribersTo = (...patterns: string[]): Subscribers<string> =>
  new Set(patterns.map((pattern) => subscriber(pattern, pattern)))

const route = (subscribers: Subscribers<string>, type: string): string[] =>
  match(subscribers, type).map(({ _handler }) => _handler)

describe('match()', () => {
  it.each([
    ['order.created', ['order.*', 'order.created', '*']],
    ['order.line.added', ['order.*', 'order.line.*', '*']],
    ['order', ['*']],
    ['order.', ['order.*', '*']],
    ['orders.created', ['*']],
    ['Order.created', ['*']],
    ['', ['*']],
  ])('leads %j to %j', (type, expected) => {
    expect(route(subscribersTo('order.*', 'order.created', 'order.line.*', '*'), type)).toEqual(expected)
  })

  it('keeps the order in which subscribers came, names and patterns alike', () => {
    const subscribers = subscribersTo('*', 'a.*', 'a.b', 'a.*', 'a.b')
    expect(route(subscribers, 'a.b')).toEqual(['*', 'a.*', 'a.b', 'a.*', 'a.b'])
  })

  it('keeps the order of subscribers that share a name', () => {
    const subscribers = new Set([1, 2, 3].map((n) => subscriber('a', n)))
    expect(match(subscribers, 'a').map(({ _handler }) => _handler)).toEqual([1, 2, 3])
  })

  it.each(['__proto__', 'constructor', 'error', 'open', 'message', 'toString'])(
    'treats %j as an ordinary name',
    (name) => {
      expect(route(subscribersTo(), name)).toEqual([])
      expect(route(subscribersTo(name), name)).toEqual([name])
    },
  )

  it('finds each subscriber once for an event that is named like a pattern', () => {
    expect(route(subscribersTo('*', 'a.*'), '*')).toEqual(['*'])
    expect(route(subscribersTo('*', 'a.*'), 'a.*')).toEqual(['*', 'a.*'])
  })

  it('matches no event with the empty pattern, which only wants a connection', () => {
    expect(route(subscribersTo(''), 'message')).toEqual([])
  })

  it('is a list of its own: who comes or leaves later changes nothing in it', () => {
    const [first, second, late] = [1, 2, 3].map((n) => subscriber('a', n)) as [
      Subscriber<number>,
      Subscriber<number>,
      Subscriber<number>,
    ]
    const subscribers = new Set([first, second])
    const found = match(subscribers, 'a')
    subscribers.add(late)
    subscribers.delete(second)
    expect(found).toEqual([first, second])
    expect(match(subscribers, 'a')).toEqual([first, late])
  })
})
