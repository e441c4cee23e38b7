import type { HostOptions, TopicsChange } from 'headwater'
import { SSEError } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Control } from '../../src/hub/protocol.ts'
import { createTopics } from '../../src/hub/topics.ts'
import { fakeHost } from '../support/host.ts'

function setup({ always = [], ...options }: { readonly always?: readonly string[] } & Partial<HostOptions> = {}) {
  const clock = createClock()
  const post = vi.fn((_: TopicsChange): Promise<unknown> => Promise.resolve())
  const reconnect = vi.fn()
  const join = vi.fn((_: readonly string[]) => false)
  const host = { ...fakeHost(undefined, { clock, ...options }), reconnect }
  const onRefused = vi.fn()
  const topics = createTopics(host, always, post, () => ({ close() {}, join }), onRefused)
  /** What becomes of a promise, once that is known. */
  const outcome = (promise: Promise<void>): unknown[] => {
    const log: unknown[] = []
    promise.then(
      () => log.push('joined'),
      (error) => log.push(error.code),
    )
    return log
  }
  /** A request was sent, and the server has introduced itself. */
  const greeted = (names: readonly string[] = topics.wanted()): void => {
    topics._start()
    topics._open({ v: 1, clientId: 'n1.x', topics: names })
  }
  /** A request is sent. @returns The topics that it has. */
  const request = (): readonly string[] => {
    topics._start()
    return topics.wanted()
  }
  return { clock, post, join, reconnect, topics, onRefused, outcome, greeted, request }
}

describe('a request', () => {
  it('has every topic that is wanted, once', () => {
    const { topics, request } = setup({ always: ['always'] })
    topics._add('orders')
    topics._add('orders')
    topics._add('jobs.*')
    expect(request()).toEqual(['always', 'orders', 'jobs.*'])
  })

  it('has a topic until linger after its last subscriber has left', async () => {
    const { topics, clock, request } = setup()
    const leave = [topics._add('orders'), topics._add('orders')]
    leave[0]?.()
    await clock.advance(5000)
    expect(request()).toEqual(['orders'])
    leave[1]?.()
    await clock.advance(999)
    expect(request()).toEqual(['orders'])
    topics._add('orders')()
    await clock.advance(999)
    expect(request()).toEqual(['orders'])
    await clock.advance(1)
    expect(request()).toEqual([])
  })
})

describe('a change while the stream is open', () => {
  it('is one POST for all that comes together, numbered, with all topics', async () => {
    const { topics, post, clock, greeted } = setup()
    topics._add('a')
    greeted()
    const leave = topics._add('b')
    topics._add('c')
    await clock.advance(20)
    topics._open({ rev: 1, topics: ['a', 'b', 'c'] })
    leave()
    await clock.advance(1020)
    expect(post.mock.calls).toEqual([
      [{ clientId: 'n1.x', rev: 1, add: ['b', 'c'], remove: [], all: ['a', 'b', 'c'] }],
      [{ clientId: 'n1.x', rev: 2, add: [], remove: ['b'], all: ['a', 'c'] }],
    ])
  })

  it('is none if it is undone at once', async () => {
    const { topics, post, clock, greeted } = setup({ linger: 0 })
    greeted()
    topics._add('a')()
    await clock.advance(60_000)
    expect(post).not.toHaveBeenCalled()
  })

  it('waits until the one before it is confirmed', async () => {
    const { topics, post, clock, greeted } = setup()
    greeted()
    topics._add('a')
    await clock.advance(20)
    topics._add('b')
    await clock.advance(1000)
    expect(post).toHaveBeenCalledTimes(1)
    topics._open({ rev: 1, topics: ['a'] })
    await clock.advance(20)
    expect(post.mock.calls[1]).toEqual([{ clientId: 'n1.x', rev: 2, add: ['b'], remove: [], all: ['a', 'b'] }])
  })

  it('is not confirmed by the number of an earlier one', async () => {
    const { topics, clock, greeted, outcome } = setup()
    greeted()
    topics._add('a')
    await clock.advance(20)
    topics._open({ rev: 1, topics: ['a'] })
    topics._add('b')
    await clock.advance(20)
    const b = outcome(topics._join('b'))
    topics._open({ rev: 1, topics: ['a'] })
    await clock.settle()
    expect(b).toEqual([])
    topics._open({ rev: 2, topics: ['a', 'b'] })
    await clock.settle()
    expect(b).toEqual(['joined'])
  })

  it('leads to a reconnect if the stream does not confirm it within 5 s', async () => {
    const { topics, reconnect, clock, greeted } = setup()
    greeted()
    topics._add('a')
    await clock.advance(20 + 4999)
    expect(reconnect).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(reconnect).toHaveBeenCalledTimes(1)
  })

  it.each([404, 410])(
    'leads to a reconnect if the server does not know the connection any more: %i',
    async (status) => {
      const { topics, post, reconnect, clock, greeted } = setup()
      greeted()
      post.mockRejectedValueOnce(new SSEError('http', `status ${status}`, { status }))
      topics._add('a')
      await clock.advance(20)
      expect(reconnect).toHaveBeenCalledTimes(1)
    },
  )

  it('changes nothing if its POST fails after the stream is lost: the next request has all topics', async () => {
    const { topics, post, reconnect, clock, greeted, request } = setup()
    greeted()
    let reject = (_: unknown): void => {}
    post.mockReturnValueOnce(new Promise((_, fail) => (reject = fail)))
    topics._add('a')
    await clock.advance(20)
    topics._fail()
    reject(new SSEError('http', 'status 404', { status: 404 }))
    await clock.advance(60_000)
    expect(reconnect).not.toHaveBeenCalled()
    expect(request()).toEqual(['a'])
  })

  it('leads to a reconnect with a server that has not introduced itself, but not to leave a topic', async () => {
    const { topics, post, reconnect, clock } = setup()
    topics._start()
    topics._open({})
    const leave = topics._add('a')
    await clock.advance(19)
    expect(reconnect).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(reconnect).toHaveBeenCalledTimes(1)
    expect(post).not.toHaveBeenCalled()
    topics._start()
    topics._open({})
    await clock.advance(60_000)
    // To leave a topic is not worth a stream.
    leave()
    await clock.advance(60_000)
    expect(reconnect).toHaveBeenCalledTimes(1)
  })

  it('is not sent before the server has introduced itself', async () => {
    const { topics, post, reconnect, clock } = setup()
    topics._start()
    topics._add('a')
    await clock.advance(500)
    expect(post).not.toHaveBeenCalled()
    topics._open({ v: 1, clientId: 'n1.x', topics: [] })
    await clock.advance(20)
    expect(reconnect).not.toHaveBeenCalled()
    expect(post).toHaveBeenCalledTimes(1)
  })

  it.each([429, 503, 403, undefined])('waits for the stream if its POST is answered with %s', async (status) => {
    const { topics, post, reconnect, clock, greeted } = setup()
    greeted()
    post.mockRejectedValueOnce(new SSEError('http', 'refused', status ? { status } : {}))
    topics._add('a')
    await clock.advance(4000)
    expect(reconnect).not.toHaveBeenCalled()
  })

  it('is forgotten with a reconnect, whose request has all topics', async () => {
    const { topics, post, reconnect, clock, greeted, request } = setup()
    greeted()
    topics._add('a')
    await clock.advance(20)
    topics._add('b')
    expect(request()).toEqual(['a', 'b'])
    topics._add('c')
    // The connection takes longer than the time for a confirmation.
    await clock.advance(60_000)
    expect(reconnect).not.toHaveBeenCalled()
    topics._open({ v: 1, clientId: 'n1.y', topics: ['a', 'b'] })
    await clock.advance(20)
    expect(post.mock.calls.map(([{ clientId, add }]) => [clientId, add])).toEqual([
      ['n1.x', ['a']],
      ['n1.y', ['c']],
    ])
  })

  it('begins to count again with each connection', async () => {
    const { topics, post, clock, greeted } = setup()
    greeted()
    topics._add('a')
    await clock.advance(20)
    topics._fail()
    topics._start()
    topics._open({ v: 1, clientId: 'n1.y', topics: ['a'] })
    topics._add('b')
    await clock.advance(20)
    expect(post.mock.calls.map(([{ clientId, rev }]) => [clientId, rev])).toEqual([
      ['n1.x', 1],
      ['n1.y', 1],
    ])
  })
})

describe('a transport that sends changes itself', () => {
  it('is given all topics at each change, and nothing is posted', async () => {
    const { topics, post, join, clock, greeted } = setup({ always: ['a'] })
    join.mockReturnValue(true)
    greeted()
    const leave = topics._add('b')
    topics._add('c')
    await clock.advance(20)
    topics._open({ topics: ['a', 'b', 'c'] })
    leave()
    await clock.advance(1020)
    expect(join.mock.calls).toEqual([[['a', 'b', 'c']], [['a', 'c']]])
    expect(post).not.toHaveBeenCalled()
  })

  it('is believed for 5 s, unless the stream confirms the change', async () => {
    const { topics, join, reconnect, clock, greeted, outcome } = setup()
    join.mockReturnValue(true)
    greeted()
    topics._add('a')
    const a = outcome(topics._join('a'))
    await clock.advance(20 + 4999)
    expect([a, reconnect.mock.calls]).toEqual([[], []])
    await clock.advance(1)
    expect(reconnect).toHaveBeenCalledTimes(1)
  })

  it('joins a topic once the stream confirms it', async () => {
    const { topics, join, reconnect, clock, greeted, outcome } = setup()
    join.mockReturnValue(true)
    greeted()
    topics._add('a')
    const a = outcome(topics._join('a'))
    await clock.advance(20)
    topics._open({ topics: ['a'] })
    await clock.advance(60_000)
    expect(a).toEqual(['joined'])
    expect(reconnect).not.toHaveBeenCalled()
  })

  it('is not asked if nothing has changed, nor with a server that has not introduced itself', async () => {
    const { topics, join, reconnect, clock } = setup({ linger: 0 })
    join.mockReturnValue(true)
    topics._start()
    topics._open({})
    topics._add('a')()
    await clock.advance(1020)
    expect(join).not.toHaveBeenCalled()
    topics._add('b')
    await clock.advance(20)
    expect(join).not.toHaveBeenCalled()
    expect(reconnect).toHaveBeenCalledTimes(1)
  })

  it('has the change posted if it answers false', async () => {
    const { topics, post, join, clock, greeted } = setup()
    greeted()
    topics._add('a')
    await clock.advance(20)
    expect(join).toHaveBeenCalledTimes(1)
    expect(post.mock.calls).toEqual([[{ clientId: 'n1.x', rev: 1, add: ['a'], remove: [], all: ['a'] }]])
  })
})

describe('joining', () => {
  it('resolves when the stream is open with the topic, at once if it is', async () => {
    const { topics, clock, greeted, outcome } = setup()
    topics._add('a')
    const early = outcome(topics._join('a'))
    await clock.settle()
    expect(early).toEqual([])
    greeted()
    const late = outcome(topics._join('a'))
    await clock.settle()
    expect([early, late]).toEqual([['joined'], ['joined']])
  })

  it('rejects for a topic that the server does not grant, which is not asked for again', async () => {
    const { topics, post, reconnect, clock, greeted, outcome } = setup()
    greeted()
    topics._add('secret')
    const secret = outcome(topics._join('secret'))
    await clock.advance(20)
    topics._open({ rev: 1, topics: [] })
    await clock.advance(60_000)
    expect(secret).toEqual(['unauthorized'])
    expect(post).toHaveBeenCalledTimes(1)
    expect(reconnect).not.toHaveBeenCalled()
  })

  it('rejects for a topic of the request that the introduction leaves out', async () => {
    const { topics, clock, greeted, outcome } = setup()
    topics._add('secret')
    const secret = outcome(topics._join('secret'))
    greeted([])
    await clock.settle()
    expect(secret).toEqual(['unauthorized'])
  })

  it('waits for a topic that nobody has asked the server for yet', async () => {
    const { topics, clock, greeted, outcome } = setup()
    greeted()
    const a = outcome(topics._join('a'))
    await clock.advance(60_000)
    expect(a).toEqual([])
    topics._add('a')
    await clock.advance(20)
    topics._open({ rev: 1, topics: ['a'] })
    await clock.settle()
    expect(a).toEqual(['joined'])
  })

  it('resolves for every topic of the request if the server does not introduce itself', async () => {
    const { topics, clock, outcome } = setup()
    topics._add('a')
    const a = outcome(topics._join('a'))
    topics._start()
    await clock.settle()
    expect(a).toEqual([])
    topics._open({})
    await clock.settle()
    expect(a).toEqual(['joined'])
  })

  it.each<[topics: unknown]>([[['*']], [undefined], [null], [5], ['orders'], [{}], [true]])(
    'takes %j in an introduction for all topics',
    async (granted) => {
      const { topics, clock, outcome, reconnect } = setup()
      topics._add('a')
      topics._start()
      topics._open({ v: 1, clientId: 'n1.x', topics: granted } as Control)
      const a = outcome(topics._join('a'))
      await clock.advance(60_000)
      expect(a).toEqual(['joined'])
      expect(reconnect).not.toHaveBeenCalled()
    },
  )

  it('survives a connection that is lost', async () => {
    const { topics, clock, greeted, outcome } = setup()
    topics._add('a')
    const a = outcome(topics._join('a'))
    topics._start()
    topics._fail()
    await clock.settle()
    expect(a).toEqual([])
    greeted()
    await clock.settle()
    expect(a).toEqual(['joined'])
  })

  it('rejects with the error that the client closed with, until it connects again', async () => {
    const { topics, clock, greeted, outcome } = setup()
    topics._add('a')
    const a = outcome(topics._join('a'))
    topics._fail(new SSEError('http', 'status 403'))
    const later = outcome(topics._join('a'))
    await clock.settle()
    expect([a, later]).toEqual([['http'], ['http']])
    greeted()
    const again = outcome(topics._join('a'))
    await clock.settle()
    expect(again).toEqual(['joined'])
  })
})

describe('a topic that the server does not grant', () => {
  const denied = (topic: string, code = 'denied') => ({ topic, code, message: `no ${topic}` })
  const setupRefused = (): ReturnType<typeof setup> => {
    const bench = setup({ always: ['a', 'b', 'c'] })
    bench.topics._start()
    bench.topics._open({ v: 1, clientId: 'n1.x', topics: ['a'], denied: [denied('b'), denied('c', 'full')] })
    return bench
  }

  it('is reported with its name, the code of the server and its message', () => {
    const { onRefused } = setupRefused()
    expect(onRefused.mock.calls.map(([error]) => error)).toEqual([
      expect.objectContaining({ code: 'unauthorized', topic: 'b', reason: 'denied', message: 'no b' }),
      expect.objectContaining({ code: 'unauthorized', topic: 'c', reason: 'full', message: 'no c' }),
    ])
    expect(onRefused.mock.calls[0]?.[0]).toBeInstanceOf(SSEError)
  })

  it('rejects joined() with the words of the server; the other topics are joined', async () => {
    const { topics } = setupRefused()
    await expect(topics._join('b')).rejects.toMatchObject({ code: 'unauthorized', reason: 'denied', message: 'no b' })
    await expect(topics._join('c')).rejects.toMatchObject({ code: 'unauthorized', reason: 'full', message: 'no c' })
    await topics._join('a')
  })

  it('rejects a joined() that waits for the answer', async () => {
    const { topics, clock } = setup({ always: ['constructor'] })
    const joining = expect(topics._join('constructor')).rejects.toMatchObject({ reason: 'invalid' })
    topics._start()
    topics._open({ v: 1, clientId: 'n1.x', topics: [], denied: [denied('constructor', 'invalid')] })
    await clock.settle()
    await joining
  })

  it('rejects joined() with its name where the server says nothing about it', async () => {
    const { topics } = setup({ always: ['constructor'] })
    topics._start()
    topics._open({ v: 1, clientId: 'n1.x', topics: [] })
    await expect(topics._join('constructor')).rejects.toMatchObject({
      code: 'unauthorized',
      message: 'constructor: refused',
    })
  })

  it('is reported again each time that the server says so, and is joined once the server grants it', async () => {
    const { topics, onRefused } = setupRefused()
    topics._open({ rev: 0, topics: ['a'], denied: [denied('b', 'too-many')] })
    expect(onRefused).toHaveBeenCalledTimes(3)
    await expect(topics._join('b')).rejects.toMatchObject({ reason: 'too-many' })
    topics._open({ rev: 0, topics: ['a', 'b'] })
    await topics._join('b')
    expect(onRefused).toHaveBeenCalledTimes(3)
  })

  it('keeps its reason when the server later says nothing about it', async () => {
    const { topics } = setupRefused()
    topics._open({ rev: 0, topics: ['a'] })
    await expect(topics._join('b')).rejects.toMatchObject({ reason: 'denied' })
  })

  it('is remembered until the server names others, so that what is remembered does not grow', async () => {
    const { topics } = setupRefused()
    topics._open({ rev: 0, topics: ['a'], denied: [denied('c', 'full')] })
    await expect(topics._join('c')).rejects.toMatchObject({ reason: 'full', message: 'no c' })
    await expect(topics._join('b')).rejects.toMatchObject({ code: 'unauthorized', message: 'b: refused' })
  })

  it('does not keep the next one from being reported if the callback throws', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { topics, onRefused } = setup({ always: ['a', 'b'] })
    const failure = new Error('handler')
    onRefused.mockImplementation(() => {
      throw failure
    })
    topics._start()
    topics._open({ v: 1, clientId: 'n1.x', topics: [], denied: [denied('a'), denied('b')] })
    vi.unstubAllGlobals()
    expect(onRefused).toHaveBeenCalledTimes(2)
    expect(reported.mock.calls).toEqual([[failure], [failure]])
    await expect(topics._join('b')).rejects.toMatchObject({ reason: 'denied' })
  })
})

describe('the name of the connection', () => {
  it('is that of the introduction while the connection lasts, and empty before and after', () => {
    const { topics } = setup()
    const names = [topics._clientId()]
    topics._start()
    names.push(topics._clientId())
    topics._open({ v: 1, clientId: 'n1.x', topics: [] })
    names.push(topics._clientId())
    topics._open({ rev: 1, topics: [] })
    names.push(topics._clientId())
    topics._fail()
    names.push(topics._clientId())
    expect(names).toEqual(['', '', 'n1.x', 'n1.x', ''])
  })
})
