import { createSSE, eventSourceTransport, isSSEError, type SSEOptions } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { createClock, createMockStream, type TestClock } from 'headwater/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { recordSources } from '../support/event-sources.ts'

afterEach(() => vi.unstubAllGlobals())

/** A server, the EventSource that connects to it, and a transport over that. */
function native(clock: TestClock = createClock()) {
  const stream = createMockStream({ clock })
  const { EventSource, made } = recordSources(stream)
  return { stream, made, EventSource, transport: eventSourceTransport({ EventSource }) }
}

/** A client over sources of a mock, and the requests that found out why one gave up. */
function bench(
  options: SSEOptions = {},
  respond: () => Response | Promise<Response> = () => new Response(null, { status: 500 }),
) {
  const clock = createClock()
  const { stream, made, transport } = native(clock)
  const probes: { url: string; init: RequestInit | undefined }[] = []
  const sse = createSSE('https://a.test/events?x=1', {
    clock,
    fetch: async (url, init) => {
      probes.push({ url: `${url}`, init })
      return respond()
    },
    transport,
    ...options,
  })
  onTestFinished(() => sse.close())
  const log: unknown[] = []
  /** Sends an event. Without an id the source goes on with the last one. */
  const message = (type: string, data: string, id?: string): Promise<void> => stream.sendText(type, data, { id })
  /** Lets the source connect, and be refused: it gives up. */
  async function giveUp(): Promise<void> {
    stream.refuse(500)
    sse.connect()
    await clock.settle()
    await clock.settle()
  }
  return { sse, clock, stream, made, probes, log, message, giveUp }
}

describe('the native EventSource', () => {
  it('has `open` and `error` as ordinary names of events', async () => {
    const { sse, clock, log, message } = bench()
    sse.observe({ onOpen: () => log.push('opened') })
    sse.subscribe('*', (data, { type }) => log.push([type, data]))
    sse.subscribe('open', () => {})
    sse.subscribe('error', () => {})
    await clock.settle()
    await message('open', '1')
    await message('error', '2')
    expect(log).toEqual(['opened', ['open', 1], ['error', 2]])
  })

  it('is asked for heartbeats that it can hear, and for the cursor in the query', async () => {
    const { sse, clock, made } = bench({
      lastEventId: '5',
      credentials: 'include',
      lastEventIdParam: 'last_event_id',
    })
    sse.connect()
    await clock.settle()
    expect(made[0]?.url).toBe('https://a.test/events?x=1&heartbeat=event&last_event_id=5')
    expect(made[0]?.withCredentials).toBe(true)
    sse.close()
    expect(made[0]?.readyState).toBe(2)
  })

  it.each([
    ['same-origin', false],
    ['include', true],
  ] as const)('has withCredentials for credentials: %s: %j', async (credentials, withCredentials) => {
    const { sse, clock, made } = bench({ credentials })
    sse.connect()
    await clock.settle()
    expect([made[0]?.url, made[0]?.withCredentials]).toEqual([
      'https://a.test/events?x=1&heartbeat=event',
      withCredentials,
    ])
  })

  it('is the one that is global when the client connects', async () => {
    const clock = createClock()
    const { made, EventSource } = native(clock)
    vi.stubGlobal('EventSource', undefined)
    using sse = createSSE('https://a.test/events', { clock, transport: eventSourceTransport() })
    vi.stubGlobal('EventSource', EventSource)
    sse.connect()
    await clock.settle()
    expect(made).toHaveLength(1)
  })

  it('is a network error where there is none, as on a server', async () => {
    vi.stubGlobal('EventSource', undefined)
    const clock = createClock()
    using sse = createSSE('https://a.test/events', { clock, transport: eventSourceTransport() })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } })
  })

  it('is listened to for the names that are subscribed to, before and after it opens', async () => {
    const { sse, clock, log, message } = bench()
    for (const name of ['early', 'message']) sse.subscribe(name, (data) => log.push([name, data]))
    await clock.settle()
    sse.subscribe('late', (data) => log.push(['late', data]))
    for (const name of ['early', 'message', 'late', 'nobody']) await message(name, '1')
    expect(log).toEqual([
      ['early', 1],
      ['message', 1],
      ['late', 1],
    ])
  })

  it('is listened to for the same names after a reconnect', async () => {
    const { sse, clock, made, log, message } = bench()
    sse.subscribe('early', (data) => log.push(['early', data]))
    await clock.settle()
    sse.subscribe('late', (data) => log.push(['late', data]))
    sse.reconnect()
    await clock.settle()
    for (const name of ['early', 'late']) await message(name, '1')
    expect(log).toEqual([
      ['early', 1],
      ['late', 1],
    ])
    expect(made[0]?.readyState).toBe(2)
  })

  it('hands out one event once, however many subscribe to it', async () => {
    const { sse, clock, log, message } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.subscribe('tick', () => {})
    sse.subscribe('*', (data) => log.push(data))
    await message('tick', '1')
    expect(log).toEqual([1])
  })

  it("keeps a server's events `open` and `error` apart from its own", async () => {
    const { sse, clock, log, message } = bench()
    for (const name of ['open', 'error']) sse.subscribe(name, (data, { type }) => log.push([type, data]))
    await clock.settle()
    await message('open', '1')
    await message('error', '2')
    expect(log).toEqual([
      ['open', 1],
      ['error', 2],
    ])
    expect(sse.state.get().status).toBe('open')
  })

  it('does not take an inherited id for a new one', async () => {
    const { sse, clock, log, message } = bench({ lastEventId: '4' })
    sse.subscribe('tick', (_, { id }) => log.push(id))
    await clock.settle()
    await message('tick', '0')
    await message('tick', '1', '5')
    await message('tick', '1')
    await message('tick', '2', '')
    expect(log).toEqual(['4', '5', '5', ''])
  })

  it('drops an event that is too long, and reports it; its id counts', async () => {
    const onGap = vi.fn()
    const { sse, clock, log, message } = bench({ maxEventSize: 10, onGap })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    await message('tick', '"01234567"')
    await message('tick', '"012345678"', '7')
    expect(sse.lastEventId).toBe('7')
    await message('tick', '1')
    expect(log).toEqual(['01234567', 1])
    expect(onGap.mock.calls).toEqual([[expect.objectContaining({ reason: 'too-large', certain: true })]])
  })

  it('hears the events of a hub that it has not subscribed to', async () => {
    const clock = createClock()
    const { stream, made, transport } = native(clock)
    using live = createHubClient('https://a.test/events', { clock, transport, topics: ['orders'] })
    const log: unknown[] = []
    live.observe({ onOpen: ({ recovered }) => log.push(recovered), onGap: ({ reason }) => log.push(reason) })
    live.connect()
    await clock.settle()
    expect(made[0]?.url).toBe('https://a.test/events?topics=orders&heartbeat=event')
    const introduction = '{"v":1,"clientId":"c1","recovered":true,"topics":["orders"]}'
    await stream.sendText('connected', introduction, { id: 'k3f9x2ab-1' })
    expect(live.state.get().status).toBe('open')
    expect([live.clientId, live.lastEventId]).toEqual(['c1', 'k3f9x2ab-1'])
    await stream.sendText('gap', '{"reason":"expired"}')
    expect(log).toEqual([true, 'expired'])
  })

  it('hears the topic of an event by the ping that announces it, and listens for the name of the topic', async () => {
    const clock = createClock()
    const { stream, transport } = native(clock)
    using live = createHubClient('https://a.test/events', { clock, transport })
    const log: unknown[] = []
    live.subscribe('order.created', (_, { topic }) => log.push(topic))
    live.topic('jobs').subscribe((data, { type }) => log.push([type, data]))
    await clock.settle()
    await stream.sendText('connected', '{"v":1,"topics":["jobs"]}')
    await stream.sendText('ping', '{"topic":"orders","event":"order.created"}')
    await stream.sendText('order.created', '1')
    await stream.sendText('order.created', '2')
    await stream.sendText('jobs', '3')
    expect(log).toEqual(['orders', undefined, ['jobs', 3]])
  })
})

describe('options that the native EventSource cannot serve', () => {
  it.each<SSEOptions>([
    { method: 'POST' },
    { method: 'POST', body: 'x' },
    { headers: { authorization: 'Bearer x' } },
    { headers: () => ({}) },
    { credentials: 'omit' },
  ])('are refused when the client is made: %o', (options) => {
    const make = (): unknown => createSSE('https://a.test/events', { transport: native().transport, ...options })
    expect(make).toThrow(
      expect.objectContaining({
        code: 'options',
        message: 'transport: expected fetchTransport() for a method, headers, a body or no cookies, got EventSource',
      }),
    )
    expect(make).toThrow(expect.toSatisfy(isSSEError))
  })

  it.each<SSEOptions>([{}, { method: 'GET' }, { credentials: 'include' }, { lastEventIdIn: 'header' }])(
    'do not include %o',
    (options) => {
      expect(() =>
        createSSE('https://a.test/events', { transport: native().transport, ...options }).close(),
      ).not.toThrow()
    },
  )
})

describe('a native EventSource that fails', () => {
  it('is closed before its own reconnect: the client has a better one', async () => {
    const { sse, clock, stream, made, probes } = bench()
    sse.connect()
    await clock.settle()
    await stream.drop()
    expect(made[0]?.readyState).toBe(2)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } })
    await clock.advance(600)
    expect(made).toHaveLength(2)
    expect(probes).toEqual([])
  })

  it('after an event has ended in order: the next attempt follows at the pace of browsers', async () => {
    const { sse, clock, stream, message } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    await message('tick', '1')
    await stream.end()
    // 3 x `initial`, and a tenth: half of the fifth.
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, until: clock.now() + 3300 })
  })

  it.each([
    [503, { status: 'waiting', error: { code: 'http', status: 503 } }],
    [403, { status: 'closed', error: { code: 'http', status: 403 } }],
    [401, { status: 'closed', error: { code: 'unauthorized' } }],
    [204, { status: 'closed', error: null }],
  ])('for good is probed once, and the probe finds out that it was status %i', async (status, expected) => {
    const { sse, probes, giveUp } = bench({}, () => new Response(null, { status }))
    await giveUp()
    expect(probes).toHaveLength(1)
    expect(sse.state.get()).toMatchObject(expected)
  })

  it.each([
    ['auto', 400],
    ['header', 403],
  ] as const)(
    'drops an id that the server refuses in the URL, with lastEventIdIn: %s and status %i',
    async (lastEventIdIn, status) => {
      const gaps: unknown[] = []
      const respond = (): Response => new Response(null, { status })
      const { made, probes, giveUp } = bench(
        { lastEventId: '5', lastEventIdIn, onGap: (gap) => gaps.push(gap) },
        respond,
      )
      await giveUp()
      expect(probes).toMatchObject([{ url: 'https://a.test/events?x=1&lastEventId=5' }])
      expect(made[1]?.url).toBe('https://a.test/events?x=1&heartbeat=event')
      expect(gaps).toMatchObject([{ reason: 'refused', requested: '5' }])
    },
  )

  it('is probed with the request that failed', async () => {
    const { probes, giveUp } = bench({ lastEventId: '5', credentials: 'include', lastEventIdIn: 'query' })
    await giveUp()
    expect(probes).toMatchObject([
      { url: 'https://a.test/events?x=1&lastEventId=5', init: { method: 'GET', credentials: 'include' } },
    ])
  })

  it('is tried again later though the server answers well by now, and the probe is left', async () => {
    const cancel = vi.fn()
    const body = new ReadableStream({ cancel })
    const { sse, giveUp } = bench({}, () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
    await giveUp()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } })
    expect(cancel).toHaveBeenCalled()
  })

  it('is tried again later when the probe fails too', async () => {
    const { sse, giveUp } = bench({}, () => Promise.reject(new TypeError('Failed to fetch')))
    await giveUp()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } })
  })

  it('has its probe aborted when the client is closed meanwhile', async () => {
    const { sse, probes, giveUp } = bench({}, () => new Promise(() => {}))
    await giveUp()
    sse.close()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(probes).toMatchObject([{ init: { signal: { aborted: true } } }])
  })
})
