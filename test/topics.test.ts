import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { SSEError } from '../src/errors.ts'
import type { SSEOptions } from '../src/options.ts'
import { resolveOptions } from '../src/settings.ts'
import { createTopics, type TopicsChange } from '../src/topics.ts'

function setup(options: SSEOptions = {}) {
  const clock = createClock()
  const post = vi.fn((_: TopicsChange): Promise<unknown> => Promise.resolve())
  const reconnect = vi.fn()
  const join = vi.fn((_: readonly string[]) => false)
  const topics = createTopics(resolveOptions('https://a.test/', { clock, ...options }), post, join, reconnect)
  /** What became of a promise, once that is known. */
  const outcome = (promise: Promise<void>): unknown[] => {
    const log: unknown[] = []
    promise.then(
      () => log.push('joined'),
      (error) => log.push(error.code),
    )
    return log
  }
  /** A stream that the server has introduced itself on. */
  const greeted = (names: readonly string[] = topics.request().split(',').filter(Boolean)): void => {
    topics.request()
    topics.opened()
    topics.told(true, { v: 1, clientId: 'n1.x', topics: names })
  }
  return { clock, post, join, reconnect, topics, outcome, greeted }
}

describe('the request', () => {
  it('carries every topic that somebody wants, once', () => {
    const { topics } = setup({ topics: ['always'] })
    topics.want('orders')
    topics.want('orders')
    topics.want('jobs.*')
    expect(topics.request()).toBe('always,orders,jobs.*')
  })

  it('carries a topic for a while after nobody wants it any more', async () => {
    const { topics, clock } = setup()
    const leave = [topics.want('orders'), topics.want('orders')]
    leave[0]?.()
    await clock.advance(5000)
    expect(topics.request()).toBe('orders')
    leave[1]?.()
    await clock.advance(999)
    expect(topics.request()).toBe('orders')
    topics.want('orders')()
    await clock.advance(999)
    expect(topics.request()).toBe('orders')
    await clock.advance(1)
    expect(topics.request()).toBe('')
  })
})

describe('a change while open', () => {
  it('is one POST for all that comes together, numbered, with the whole set', async () => {
    const { topics, post, clock, greeted } = setup()
    topics.want('a')
    greeted()
    const leave = topics.want('b')
    topics.want('c')
    await clock.advance(20)
    topics.told(false, { rev: 1, topics: ['a', 'b', 'c'] })
    leave()
    await clock.advance(1020)
    expect(post.mock.calls).toEqual([
      [{ clientId: 'n1.x', rev: 1, add: ['b', 'c'], remove: [], all: ['a', 'b', 'c'] }],
      [{ clientId: 'n1.x', rev: 2, add: [], remove: ['b'], all: ['a', 'c'] }],
    ])
  })

  it('that is taken back at once is none', async () => {
    const { topics, post, clock, greeted } = setup({ linger: 0 })
    greeted()
    topics.want('a')()
    await clock.advance(60_000)
    expect(post).not.toHaveBeenCalled()
  })

  it('waits until the one before it has been made', async () => {
    const { topics, post, clock, greeted } = setup()
    greeted()
    topics.want('a')
    await clock.advance(20)
    topics.want('b')
    await clock.advance(1000)
    expect(post).toHaveBeenCalledTimes(1)
    topics.told(false, { rev: 1, topics: ['a'] })
    await clock.advance(20)
    expect(post.mock.calls[1]).toEqual([{ clientId: 'n1.x', rev: 2, add: ['b'], remove: [], all: ['a', 'b'] }])
  })

  it('is not made by word of an earlier one', async () => {
    const { topics, clock, greeted, outcome } = setup()
    greeted()
    topics.want('a')
    await clock.advance(20)
    topics.told(false, { rev: 1, topics: ['a'] })
    topics.want('b')
    await clock.advance(20)
    const b = outcome(topics.joined('b'))
    topics.told(false, { rev: 1, topics: ['a'] })
    await clock.settle()
    expect(b).toEqual([])
    topics.told(false, { rev: 2, topics: ['a', 'b'] })
    await clock.settle()
    expect(b).toEqual(['joined'])
  })

  it('is a reconnect if the stream does not say in 5 s that it has been made', async () => {
    const { topics, reconnect, clock, greeted } = setup()
    greeted()
    topics.want('a')
    await clock.advance(20 + 4999)
    expect(reconnect).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(reconnect).toHaveBeenCalledTimes(1)
  })

  it('is a reconnect if the server does not know us any more', async () => {
    const { topics, post, reconnect, clock, greeted } = setup()
    greeted()
    post.mockRejectedValueOnce(new SSEError('http', 'status 404', { status: 404 }))
    topics.want('a')
    await clock.advance(20)
    expect(reconnect).toHaveBeenCalledTimes(1)
  })

  it('that fails after the stream was lost changes nothing: the next request carries the set', async () => {
    const { topics, post, reconnect, clock, greeted } = setup()
    greeted()
    let reject = (_: unknown): void => {}
    post.mockReturnValueOnce(new Promise((_, fail) => (reject = fail)))
    topics.want('a')
    await clock.advance(20)
    topics.lost()
    reject(new SSEError('http', 'status 404', { status: 404 }))
    await clock.advance(60_000)
    expect(reconnect).not.toHaveBeenCalled()
    expect(topics.request()).toBe('a')
  })

  it('is a reconnect with a server that has not introduced itself', async () => {
    const { topics, post, reconnect, clock } = setup()
    topics.request()
    topics.opened()
    const leave = topics.want('a')
    await clock.advance(1020)
    expect(reconnect).toHaveBeenCalledTimes(1)
    expect(post).not.toHaveBeenCalled()
    topics.lost()
    topics.request()
    topics.opened()
    await clock.advance(60_000)
    // To leave a topic is not worth a stream.
    leave()
    await clock.advance(60_000)
    expect(reconnect).toHaveBeenCalledTimes(1)
  })

  it('is not told to a server that is about to introduce itself', async () => {
    const { topics, post, reconnect, clock } = setup()
    topics.request()
    topics.opened()
    topics.want('a')
    await clock.advance(500)
    topics.told(true, { v: 1, clientId: 'n1.x', topics: [] })
    await clock.advance(20)
    expect(reconnect).not.toHaveBeenCalled()
    expect(post).toHaveBeenCalledTimes(1)
  })

  it.each([429, 503, undefined])('that is answered with %s waits for the word of the stream', async (status) => {
    const { topics, post, reconnect, clock, greeted } = setup()
    greeted()
    post.mockRejectedValueOnce(new SSEError('http', 'refused', status ? { status } : {}))
    topics.want('a')
    await clock.advance(4000)
    expect(reconnect).not.toHaveBeenCalled()
  })
})

describe('a line that tells the server itself', () => {
  it('is given the whole set at each change, and nothing is posted', async () => {
    const { topics, post, join, clock, greeted } = setup({ topics: ['a'] })
    join.mockReturnValue(true)
    greeted()
    const leave = topics.want('b')
    topics.want('c')
    await clock.advance(20)
    topics.told(false, { topics: ['a', 'b', 'c'] })
    leave()
    await clock.advance(1020)
    expect(join.mock.calls).toEqual([[['a', 'b', 'c']], [['a', 'c']]])
    expect(post).not.toHaveBeenCalled()
  })

  it('is believed for five seconds, until the stream says so', async () => {
    const { topics, join, reconnect, clock, greeted, outcome } = setup()
    join.mockReturnValue(true)
    greeted()
    topics.want('a')
    const a = outcome(topics.joined('a'))
    await clock.advance(20 + 4999)
    expect([a, reconnect.mock.calls]).toEqual([[], []])
    await clock.advance(1)
    expect(reconnect).toHaveBeenCalledTimes(1)
  })

  it('and the word of the stream join', async () => {
    const { topics, join, reconnect, clock, greeted, outcome } = setup()
    join.mockReturnValue(true)
    greeted()
    topics.want('a')
    const a = outcome(topics.joined('a'))
    await clock.advance(20)
    topics.told(false, { topics: ['a'] })
    await clock.advance(60_000)
    expect(a).toEqual(['joined'])
    expect(reconnect).not.toHaveBeenCalled()
  })

  it('is not asked where nothing has changed, nor before the server has introduced itself', async () => {
    const { topics, join, reconnect, clock } = setup({ linger: 0 })
    join.mockReturnValue(true)
    topics.request()
    topics.opened()
    topics.want('a')()
    await clock.advance(1020)
    expect(join).not.toHaveBeenCalled()
    topics.want('b')
    await clock.advance(20)
    expect(join).not.toHaveBeenCalled()
    expect(reconnect).toHaveBeenCalledTimes(1)
  })

  it('that will not has it posted', async () => {
    const { topics, post, join, clock, greeted } = setup()
    greeted()
    topics.want('a')
    await clock.advance(20)
    expect(join).toHaveBeenCalledTimes(1)
    expect(post.mock.calls).toEqual([[{ clientId: 'n1.x', rev: 1, add: ['a'], remove: [], all: ['a'] }]])
  })
})

describe('joined()', () => {
  it('resolves when the stream is open with it, at once if it is', async () => {
    const { topics, clock, greeted, outcome } = setup()
    topics.want('a')
    const early = outcome(topics.joined('a'))
    await clock.settle()
    expect(early).toEqual([])
    greeted()
    const late = outcome(topics.joined('a'))
    await clock.settle()
    expect([early, late]).toEqual([['joined'], ['joined']])
  })

  it('rejects for what the server does not give, which is not asked for again', async () => {
    const { topics, post, reconnect, clock, greeted, outcome } = setup()
    greeted()
    topics.want('secret')
    const secret = outcome(topics.joined('secret'))
    await clock.advance(20)
    topics.told(false, { rev: 1, topics: [] })
    await clock.advance(60_000)
    expect(secret).toEqual(['unauthorized'])
    expect(post).toHaveBeenCalledTimes(1)
    expect(reconnect).not.toHaveBeenCalled()
  })

  it('rejects for what the introduction leaves out, though it was asked for before', async () => {
    const { topics, clock, greeted, outcome } = setup()
    topics.want('secret')
    const secret = outcome(topics.joined('secret'))
    greeted([])
    await clock.settle()
    expect(secret).toEqual(['unauthorized'])
  })

  it('resolves a second after a stream of a server that does not introduce itself', async () => {
    const { topics, clock, outcome } = setup()
    topics.want('a')
    const a = outcome(topics.joined('a'))
    topics.request()
    topics.opened()
    await clock.advance(999)
    expect(a).toEqual([])
    await clock.advance(1)
    expect(a).toEqual(['joined'])
  })

  it('takes * for all of them', async () => {
    const { topics, clock, greeted, outcome } = setup()
    topics.want('a')
    greeted(['*'])
    const a = outcome(topics.joined('a'))
    await clock.settle()
    expect(a).toEqual(['joined'])
  })

  it('rejects with what the client closed for', async () => {
    const { topics, clock, outcome } = setup()
    topics.want('a')
    const a = outcome(topics.joined('a'))
    topics.lost(new SSEError('http', 'status 403'))
    const later = outcome(topics.joined('a'))
    await clock.settle()
    expect([a, later]).toEqual([['http'], ['http']])
  })
})
