import { createSSE } from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { belongs } from '../src/topic.ts'
import { bench } from './support/client.ts'

const hello = (topics: readonly string[]): Step => ({
  send: { event: 'connected', id: 'k3f9x2ab-1', data: { v: 1, clientId: 'n1.x', topics } },
})

describe('an event belongs to a topic', () => {
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
  ])('%s: %s %j: %j', (topic, type, data, expected) => {
    expect(belongs(topic, { type }, data)).toBe(expected)
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
    '%s if the server says it was published to %s: %j, whatever its name and payload',
    (topic, published, expected) => {
      for (const type of ['orders', 'jobs', 'x'])
        expect(belongs(topic, { type, topic: published }, { resource: 'jobs' })).toBe(expected)
    },
  )
})

describe('a topic', () => {
  it('rides on the request while somebody subscribes, and hands out its events', async () => {
    const { sse, stream, clock, log } = bench({ topics: ['news'] }, {}, '/events?x=1')
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

  it('is heard once with once, whatever else comes first, and not after an abort', async () => {
    const { sse, stream, clock, log } = bench()
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

  it('is joined by a POST while the stream is open, and rides on the next request', async () => {
    const { sse, stream, clock, log } = bench(
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

  it('keeps its place in the set through a remount, without a word to the server', async () => {
    const { sse, stream, clock } = bench({}, { script: [[hello([])]] })
    const off = sse.topic('orders').subscribe(() => {})
    await clock.settle()
    off()
    await clock.advance(500)
    sse.topic('orders').subscribe(() => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('does not have a request sent again', async () => {
    const { sse, stream, clock } = bench({ mode: 'request', method: 'POST', body: '{}' })
    sse.subscribe('message', () => {})
    await clock.settle()
    sse.topic('tools').subscribe(() => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('that is wanted while a token is fetched is in the request', async () => {
    const clock = createClock()
    const headers = () => new Promise<Record<string, string>>((resolve) => clock.setTimeout(() => resolve({}), 100))
    const mock = createMockStream({ clock })
    const client = createSSE('/events', { clock, headers, fetch: mock.fetch })
    client.topic('a').subscribe(() => {})
    await clock.advance(50)
    client.topic('b').subscribe(() => {})
    await clock.advance(60_000)
    expect(mock.requests.map(({ query }) => query.topics)).toEqual(['a,b'])
    client.close()
  })

  it('that nobody wants any more when the client closes is not asked for later', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ drop: true }], [{ refuse: { status: 204 } }]] })
    sse.connect()
    sse.topic('a').subscribe(() => {})()
    await clock.advance(900)
    expect(sse.state.get().status).toBe('closed')
    sse.connect()
    await clock.settle()
    expect(stream.requests.at(-1)?.query).toEqual({})
  })

  it('leaves nothing behind with close(), and rejects those who wait for it', async () => {
    const { sse, clock, log } = bench({}, { script: [[{ open: { delay: 5000 } }]] })
    const off = sse.topic('orders').subscribe(() => {})
    sse
      .topic('orders')
      .joined()
      .catch(({ message }) => log.push(message))
    await clock.settle()
    off()
    sse.close()
    expect(clock.timers).toBe(0)
    await clock.settle()
    expect(log).toEqual(['the subscription has been closed'])
  })

  it.each(['', 'a,b'])('called %j is refused', (name) => {
    expect(() => bench().sse.topic(name)).toThrow(expect.objectContaining({ code: 'options' }))
  })
})
