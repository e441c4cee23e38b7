import { getEventListeners } from 'node:events'
import { createHubClient } from 'headwater/hub'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { belongs } from '../../src/hub/topic.ts'
import { hubBench } from '../support/client.ts'

const hello = (topics: readonly string[]): Step => ({
  send: { event: 'connected', id: 'k3f9x2ab-1', data: { v: 1, clientId: 'n1.x', topics } },
})

describe('belongs()', () => {
  it.each<[topic: string, type: string, data: unknown, belongs: boolean]>([
    ['orders', 'orders', 1, true],
    ['orders', 'orders.created', null, true],
    ['orders', 'ordersx', {}, false],
    ['orders', 'order', {}, false],
    ['orders', 'table-update', { resource: 'orders' }, true],
    ['orders', 'table-update', { topic: 'orders.7' }, true],
    ['orders', 'table-update', { resource: 'jobs' }, false],
    ['orders', 'message', 'orders', false],
    ['orders.*', 'orders.created', {}, true],
    ['orders.*', 'x', { topic: 'orders.7' }, true],
    ['orders.*', 'jobs.created', {}, false],
    ['*', 'anything', undefined, true],
    ['constructor', 'x', {}, false],
    ['orders', 'x', { topic: ['orders'], resource: { a: 'orders' } }, false],
    ['*', 'x', { topic: 5 }, true],
  ])('answers for the topic %s and an event %s with %j: %j', (topic, type, data, expected) => {
    expect(belongs(topic, { type }, data)).toBe(expected)
  })

  // To make a text of it would take as many calls as it is deep, and end in a RangeError.
  it.each(['orders', 'orders.*'])('answers for the topic %s and a payload of 100,000 nested lists', (topic) => {
    let nested: unknown = 'orders'
    for (let depth = 0; depth < 100_000; depth++) nested = [nested]
    expect(belongs(topic, { type: 'x' }, { topic: nested, resource: nested })).toBe(false)
  })

  it.each<[topic: string, published: string, belongs: boolean]>([
    ['orders', 'orders', true],
    ['orders', 'orders.eu', false],
    ['orders.*', 'orders.eu', true],
    ['orders.*', 'orders.eu.north', true],
    ['orders.*', 'orders', false],
    ['orders.*', 'ordersx.eu', false],
    ['*', 'orders', true],
    ['jobs', 'orders', false],
  ])(
    'answers for the topic %s and an event that was published to %s: %j, whatever its name and payload',
    (topic, published, expected) => {
      for (const type of ['orders', 'jobs', 'x'])
        expect(belongs(topic, { type, topic: published }, { resource: 'jobs' })).toBe(expected)
    },
  )
})

describe('a topic', () => {
  it('is part of the request while there is a subscriber, and hands out its events', async () => {
    const { sse, stream, clock, log } = hubBench({ topics: ['news'] }, {}, '/events?x=1')
    const off = sse.topic('orders').subscribe((data, { type }) => log.push([type, data]))
    await clock.settle()
    expect(stream.requests[0]?.query).toEqual({ x: '1', topics: 'news,orders' })
    stream.send('orders.created', 1)
    stream.send('jobs.created', 2)
    stream.send('table-update', { resource: 'orders' })
    await clock.settle()
    expect(log).toEqual([
      ['orders.created', 1],
      ['table-update', { resource: 'orders' }],
    ])
    off()
    off()
    await clock.advance(2000)
    expect(sse.state.get().status).toBe('idle')
    expect(clock.timers).toBe(0)
  })

  it('hands out one event with once, whatever else comes first, and none after an abort', async () => {
    const { sse, stream, clock, log } = hubBench()
    const controller = new AbortController()
    sse.topic('a').subscribe((data) => log.push(['once', data]), { once: true })
    sse.topic('a').subscribe((data) => log.push(['until', data]), { signal: controller.signal })
    await clock.settle()
    stream.send('b', 0)
    stream.send('a', 1)
    await clock.settle()
    controller.abort()
    stream.send('a', 2)
    await clock.settle()
    expect(log).toEqual([
      ['once', 1],
      ['until', 1],
    ])
  })

  it.each<[how: string, leave: (off: () => void, controller: AbortController) => void]>([
    ['unsubscribing', (off) => off()],
    ['an abort', (_, controller) => controller.abort()],
  ])('is left after %s: the next request is without it', async (_, leave) => {
    const { sse, stream, clock } = hubBench({}, { script: [[hello(['a'])]] })
    sse.connect()
    const controller = new AbortController()
    const off = sse.topic('a').subscribe(() => {}, { signal: controller.signal })
    await clock.settle()
    leave(off, controller)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    await clock.advance(1000)
    sse.reconnect()
    await clock.settle()
    expect(stream.requests.filter(({ method }) => method === 'GET').map(({ query }) => query)).toEqual([
      { topics: 'a' },
      {},
    ])
  })

  it('is not joined with a signal that has aborted', async () => {
    const { sse, stream, clock } = hubBench()
    sse.topic('a').subscribe(() => {}, { signal: AbortSignal.abort() })()
    await clock.advance(5000)
    expect(stream.requests).toEqual([])
    expect(clock.timers).toBe(0)
  })

  it('is joined by a POST while the stream is open, and is part of the next request', async () => {
    const { sse, stream, clock, log } = hubBench(
      { topicsUrl: '/topics', headers: () => ({ authorization: 'Bearer x' }) },
      { script: [[hello([])], [{ refuse: { status: 200, body: '{}' } }]] },
    )
    sse.connect()
    await clock.settle()
    const topic = sse.topic('orders')
    topic.subscribe(() => {})
    topic.joined().then(() => log.push('joined'))
    await clock.advance(20)
    const [, post] = stream.requests
    expect(post).toMatchObject({
      method: 'POST',
      path: '/topics',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
    })
    expect(JSON.parse(post?.body ?? '')).toEqual({
      clientId: 'n1.x',
      rev: 1,
      add: ['orders'],
      remove: [],
      all: ['orders'],
    })
    expect(log).toEqual([])
    stream.send('subscribed', { rev: 1, topics: ['orders'] })
    await clock.settle()
    expect(log).toEqual(['joined'])
    stream.drop()
    await clock.advance(5000)
    expect(stream.requests.at(-1)?.query.topics).toBe('orders')
  })

  it('is joined a second after the headers of a server that does not introduce itself', async () => {
    const { sse, clock, log } = hubBench({}, { script: [[{ open: {} }]] })
    const topic = sse.topic('a')
    topic.subscribe(() => {})
    topic.joined().then(() => log.push('joined'))
    await clock.advance(999)
    expect(log).toEqual([])
    await clock.advance(1)
    expect(log).toEqual(['joined'])
  })

  it('stays joined through a remount, without a request', async () => {
    const { sse, stream, clock } = hubBench({}, { script: [[hello([])]] })
    const off = sse.topic('orders').subscribe(() => {})
    await clock.settle()
    off()
    await clock.advance(500)
    sse.topic('orders').subscribe(() => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('is part of the request if it is wanted while a token is fetched', async () => {
    const clock = createClock()
    const headers = () => new Promise<Record<string, string>>((resolve) => clock.setTimeout(() => resolve({}), 100))
    const mock = createMockStream({ clock })
    const client = createHubClient('/events', { clock, headers, fetch: mock.fetch })
    onTestFinished(() => client.close())
    client.topic('a').subscribe(() => {})
    await clock.advance(50)
    client.topic('b').subscribe(() => {})
    await clock.advance(60_000)
    expect(mock.requests.map(({ query }) => query.topics)).toEqual(['a,b'])
  })

  it('is not asked for after the client has closed if nobody wants it any more', async () => {
    const { sse, stream, clock } = hubBench({}, { script: [[{ drop: true }], [{ refuse: { status: 204 } }]] })
    sse.connect()
    sse.topic('a').subscribe(() => {})()
    await clock.advance(900)
    expect(sse.state.get().status).toBe('closed')
    sse.connect()
    await clock.settle()
    expect(stream.requests.at(-1)?.query).toEqual({})
  })

  it('leaves nothing behind with close(), and rejects joined()', async () => {
    const { sse, clock, log } = hubBench({}, { script: [[{ open: { delay: 5000 } }]] })
    const { signal } = new AbortController()
    const off = sse.topic('orders').subscribe(() => {})
    sse.topic('jobs').subscribe(() => {}, { signal })
    sse
      .topic('orders')
      .joined()
      .catch(({ message }) => log.push(message))
    await clock.settle()
    off()
    sse.close()
    expect(clock.timers).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    await clock.settle()
    expect(log).toEqual(['closed'])
  })

  it('is not wanted by a client that is closed', async () => {
    const { sse, clock } = hubBench()
    sse.close()
    sse.topic('a').subscribe(() => {})()
    await clock.settle()
    expect(clock.timers).toBe(0)
  })

  it('is the same topic however its name is composed', async () => {
    const { sse, stream, clock } = hubBench({ topics: ['pru\u0308fung'] }, { script: [[hello(['prüfung'])]] })
    const heard: unknown[] = []
    sse.topic('pru\u0308fung').subscribe((data) => heard.push(data))
    await clock.settle()
    await sse.topic('prüfung').joined()
    expect(stream.requests[0]?.query).toEqual({ topics: 'prüfung' })
    stream.comment('topic prüfung')
    stream.send('tick', 1)
    await clock.settle()
    expect(heard).toEqual([1])
  })

  it.each(['', 'a,b', 'a b', 'a*', '*.a', 'a\n', 'é'.repeat(201), undefined, 5])(
    'is refused with an options error if it is called %j',
    (name) => {
      expect(() => hubBench().sse.topic(name as string)).toThrow(
        expect.objectContaining({
          code: 'options',
          message: `topic: expected name, prefix.* or *, got ${String(name).slice(0, 20)}`,
        }),
      )
    },
  )

  it('refuses a handler that is no function', () => {
    const { sse } = hubBench()
    expect(() => sse.topic('a').subscribe('tick' as unknown as () => void)).toThrow(
      expect.objectContaining({ code: 'options', message: 'subscribe: expected function, got tick' }),
    )
  })
})
