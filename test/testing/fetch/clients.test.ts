import { createSSE, eventSourceTransport, type SSEClient, type SSEOptions } from 'headwater'
import { createHubClient, type HubClientOptions } from 'headwater/hub'
import { requestEvents } from 'headwater/request'
import { createClock, createMockStream, type MockStreamOptions } from 'headwater/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'

/*
 * The kit as its users have it: real clients on a mock.
 */

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

type How = 'fetch' | 'transport' | 'EventSource'

const setup = (options: MockStreamOptions = {}, client: SSEOptions = {}, how: How = 'fetch') =>
  setupClient((given) => createSSE('/events', { ...given, ...client }), options, how)

/** The same with a client for our own server. */
const setupHub = (options: MockStreamOptions = {}, client: HubClientOptions = {}, how: How = 'fetch') =>
  setupClient((given) => createHubClient('/events', { ...given, ...client }), options, how)

function setupClient<C extends SSEClient>(create: (given: SSEOptions) => C, options: MockStreamOptions, how: How) {
  const clock = createClock()
  const stream = createMockStream({ clock, ...options })
  const ways: Record<How, SSEOptions> = {
    fetch: { fetch: stream.fetch },
    transport: { transport: stream.transport },
    // Why it was refused, a request finds out.
    EventSource: { transport: eventSourceTransport({ EventSource: stream.EventSource }), fetch: stream.fetch },
  }
  const log: unknown[] = []
  const sse = create({
    clock,
    onOpen: ({ recovered }) => log.push(['open', recovered]),
    onGap: ({ reason, certain }) => log.push(['gap', reason, certain]),
    ...ways[how],
  })
  onTestFinished(() => sse.close())
  const heard: unknown[] = []
  const status = (): string => sse.state.get().status
  return { clock, stream, sse, log, heard, status }
}

describe.each(['fetch', 'transport', 'EventSource'] as const)('a client over %s', (how) => {
  it('is open when connected() resolves, and has heard an event when send() does', async () => {
    const { stream, sse, heard, status, clock } = setup({}, {}, how)
    sse.subscribe('order.created', (data, { id }) => heard.push([data, id]))
    await stream.connected()
    expect(status()).toBe('open')
    await stream.send('order.created', { n: 1 }, { id: '1' })
    expect(heard).toEqual([[{ n: 1 }, '1']])
    expect(clock.now()).toBe(createClock().now())
  })

  it('comes back by its own rules, from where it stopped', async () => {
    const { stream, sse, status, clock, heard } = setup({ replay: true }, {}, how)
    sse.subscribe('tick', (data) => heard.push(data))
    await stream.connected()
    await stream.send('tick', 1, { id: 'ж1' })
    await stream.drop()
    expect(status()).toBe('waiting')
    await stream.send('tick', 2, { id: 'ж2' })
    // EventSource does not say whether a stream ended or broke off. It counts as an end, after which the client waits for
    // three times `initial`, and half of a fifth of that with this clock's `random`.
    await clock.advance(how === 'EventSource' ? 3299 : 599)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect([status(), stream.requests.length]).toEqual(['open', 2])
    expect(stream.requests[1]?.lastEventId).toBe('ж1')
    expect(heard).toEqual([1, 2])
  })

  it.each<[status: number, after: string]>([
    [403, 'closed'],
    [204, 'closed'],
    [503, 'waiting'],
  ])('a client that is refused with %i is %s', async (refusal, after) => {
    const { stream, sse, status, clock } = setup({}, {}, how)
    // Over EventSource, one more request finds out about the first.
    stream.refuse(refusal, { times: how === 'EventSource' ? 2 : 1 })
    sse.connect()
    await clock.settle()
    expect(status()).toBe(after)
    expect(stream.connections).toEqual([])
  })

  it('leaves nothing behind when it closes', async () => {
    const { stream, sse, clock } = setup({ script: [{ wait: 60_000 }] }, {}, how)
    sse.connect()
    await clock.settle()
    sse.close()
    await clock.settle()
    await stream.closed()
    expect([stream.connections, clock.timers]).toEqual([[], 0])
  })

  it('understands an introduction, a gap and a goodbye', async () => {
    const { stream, sse, log, clock } = setupHub({ introduce: true }, {}, how)
    sse.subscribe('*', (_, { type }) => log.push(type))
    // EventSource brings only what is subscribed to by name.
    sse.subscribe('tick', () => {})
    await stream.connected()
    await stream.gap({ reason: 'epoch' })
    await stream.send('tick', 1)
    await stream.goodbye(5000)
    expect(log).toEqual([['open', false], ['gap', 'epoch', true], 'tick'])
    await clock.advance(4999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests).toHaveLength(2)
    expect(log).toHaveLength(4)
  })

  it('backs off after a goodbye on a stream that brought nothing', async () => {
    const { stream, sse, log, clock } = setupHub({ introduce: true }, {}, how)
    sse.connect()
    await stream.connected()
    await stream.goodbye(5000)
    await clock.advance(5599)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests).toHaveLength(2)
    expect(log).toEqual([
      ['open', false],
      ['open', false],
    ])
  })
})

describe('recovery', () => {
  it('is not claimed by a mock that does not introduce itself', async () => {
    const { stream, sse, log, clock } = setup()
    sse.subscribe('tick', () => {})
    await stream.connected()
    await stream.send('tick', 1, { id: '1' })
    await stream.drop()
    await clock.advance(600)
    expect(log).toEqual([
      ['open', false],
      ['open', 'unknown'],
    ])
  })

  it('is claimed by one that does', async () => {
    const { stream, sse, log, clock } = setupHub({ introduce: true })
    sse.subscribe('tick', () => {})
    await stream.connected()
    await stream.send('tick', 1, { id: '1' })
    await stream.drop()
    await clock.advance(600)
    expect(log).toEqual([
      ['open', false],
      ['open', true],
    ])
  })

  it('is denied by one whose log does not have the place, which is a gap', async () => {
    const { stream, sse, log, clock } = setupHub({ introduce: true, replay: true }, { lastEventId: 'longgone-5' })
    sse.subscribe('tick', () => {})
    await stream.send('tick', 1, { id: '1' })
    await stream.connected()
    expect(log).toEqual([
      ['open', false],
      ['gap', 'unknown-cursor', true],
    ])
    expect(sse.lastEventId).toBe('1')
    await stream.drop()
    await stream.send('tick', 2, { id: '2' })
    await clock.advance(600)
    expect(log.at(-1)).toEqual(['open', true])
    expect(sse.lastEventId).toBe('2')
  })

  it('goes on behind a gap in the middle of a stream, and not from before it', async () => {
    const { stream, sse, clock } = setupHub({ introduce: true })
    sse.subscribe('tick', () => {})
    await stream.connected()
    await stream.send('tick', 1, { id: '1' })
    await stream.gap()
    expect(sse.lastEventId).toBe('1')
    await stream.drop()
    await clock.advance(600)
    expect(stream.requests[1]?.lastEventId).toBe('1')
  })
})

describe('a gap on a stream that does not introduce itself', () => {
  it('does so, if nothing else has been sent', async () => {
    const { stream, sse, log } = setupHub()
    sse.connect()
    await stream.connected()
    await stream.gap()
    expect(log).toEqual([
      ['open', false],
      ['gap', 'expired', true],
    ])
  })
})

describe('topics', () => {
  it('are granted with the request, and joined', async () => {
    const { stream, sse, heard } = setupHub({ introduce: true })
    sse.topic('orders').subscribe((data) => heard.push(data))
    await stream.connected()
    await sse.topic('orders').joined()
    expect(stream.requests.map(({ query }) => query['topics'])).toEqual(['orders'])
    await stream.send('orders.created', 1)
    await stream.send('jobs.done', 2)
    await stream.sendText('any', '3', { comment: 'topic orders' })
    expect(heard).toEqual([1, 3])
  })

  it('are told by a post while the stream is open, and joined when the stream says so', async () => {
    const { stream, sse, clock } = setupHub({ introduce: true })
    const off = sse.topic('news').subscribe(() => {})
    await stream.connected()
    sse.topic('orders').subscribe(() => {})
    const joined = sse.topic('orders').joined()
    await clock.advance(20)
    await joined
    expect(stream.requests).toHaveLength(2)
    expect(stream.requests[1]).toMatchObject({ method: 'POST', path: '/events' })
    const clientId = expect.stringMatching(/^mock-client-\d+$/)
    const change = { clientId, rev: 1, add: ['orders'], remove: [], all: ['news', 'orders'] }
    expect(JSON.parse(stream.requests[1]?.body ?? '')).toEqual(change)
    off()
    await clock.advance(1020)
    expect(JSON.parse(stream.requests[2]?.body ?? '')).toMatchObject({ rev: 2, remove: ['news'], all: ['orders'] })
  })

  it('take a new request where the mock does not introduce itself, as with any other server', async () => {
    const { stream, sse, clock } = setupHub()
    sse.topic('news').subscribe(() => {})
    await stream.connected()
    await clock.advance(1000)
    sse.topic('orders').subscribe(() => {})
    const joined = sse.topic('orders').joined()
    await clock.advance(2000)
    await joined
    expect(stream.requests.map(({ method, query }) => [method, query['topics']])).toEqual([
      ['GET', 'news'],
      ['GET', 'news,orders'],
    ])
  })
})

describe('send()', () => {
  it('is answered with the number of streams that it went to', async () => {
    const { stream, sse } = setupHub()
    sse.connect()
    await stream.connected()
    expect(await sse.send('order.touch', { id: 'A-7' }, { userId: 'ada' })).toEqual({ id: '', delivered: 1 })
    expect(stream.requests[1]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } })
    expect(JSON.parse(stream.requests[1]?.body ?? '')).toEqual({
      event: 'order.touch',
      data: { id: 'A-7' },
      userId: 'ada',
    })
  })

  it('fails where the mock refuses it', async () => {
    const { stream, sse } = setupHub()
    stream.refuse(403)
    await expect(sse.send('order.touch', 1)).rejects.toMatchObject({ code: 'http', status: 403 })
  })
})

describe('a request', () => {
  it('to a language model is a stream, though it is a POST with JSON', async () => {
    const script = [{ send: { text: 'Once' } }, { send: { text: 'upon' } }, { end: true }] as const
    const stream = createMockStream({ script })
    const body = JSON.stringify({ model: 'm', event: 'tick' })
    const headers = { 'content-type': 'application/json' }
    const heard: unknown[] = []
    const answer = requestEvents('/events', { fetch: stream.fetch, method: 'POST', headers, body, parse: 'text' })
    for await (const { data } of answer) heard.push(data)
    await stream.closed()
    expect(heard).toEqual(['Once', 'upon'])
    expect(stream.requests).toMatchObject([{ method: 'POST', body }])
  })

  it('does not redirect a request with headers of its own, as in a browser', async () => {
    const { sse, clock, stream } = setup({ script: [{ redirect: '/b' }] }, { headers: { 'x-key': '1' } })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { status: 0 } })
    expect(stream.requests).toHaveLength(1)
  })
})

describe('a script', () => {
  it('a script for every request goes on where the client stopped', async () => {
    const script = [
      { send: { event: 'tick', data: 1, id: '1' } },
      { send: { event: 'tick', data: 2, id: '2' } },
      { drop: true },
    ] as const
    const { stream, sse, heard, clock } = setup({ script })
    sse.subscribe('tick', (data) => heard.push(data))
    await clock.advance(600)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '2'])
    expect(heard).toEqual([1, 2])
  })

  it('the heartbeat notices a script that falls silent', async () => {
    const script = [{ open: { headers: { 'X-SSE-Heartbeat': '5000' } } }, { stall: true }] as const
    const { stream, sse, clock, status } = setup({ script: [script, []] })
    sse.connect()
    await clock.advance(12_499)
    expect([status(), stream.requests.length]).toEqual(['open', 1])
    await clock.advance(1)
    expect(status()).toBe('waiting')
    expect(stream.connections).toEqual([])
  })
})

describe('fake timers', () => {
  it('do as well as a clock, with a fetch that is global', async () => {
    vi.useFakeTimers()
    const stream = createMockStream()
    vi.stubGlobal('fetch', stream.fetch)
    using sse = createSSE('/events')
    const heard: unknown[] = []
    sse.subscribe('tick', (data) => heard.push(data))
    await stream.connected()
    await stream.send('tick', 1)
    await stream.drop()
    expect(sse.state.get().status).toBe('waiting')
    await vi.advanceTimersByTimeAsync(1100)
    await stream.connected()
    await stream.send('tick', 2)
    expect(heard).toEqual([1, 2])
    sse.close()
    await stream.closed()
    expect(vi.getTimerCount()).toBe(0)
  })
})
