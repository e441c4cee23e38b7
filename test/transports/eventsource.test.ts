import { createSSE, eventSourceTransport, type SSEOptions } from 'headwater'
import { createClock } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => vi.unstubAllGlobals())

/** An EventSource that does what a test says. */
class FakeEventSource {
  static made: FakeEventSource[] = []
  readonly CLOSED = 2
  readyState = 0
  readonly withCredentials: boolean
  readonly url: string
  onopen: (() => void) | null = null
  onerror: ((event: Event) => void) | null = null
  readonly #listeners = new Map<string, Set<(event: Event) => void>>()

  constructor(url: string, init?: EventSourceInit) {
    this.url = url
    this.withCredentials = init?.withCredentials ?? false
    FakeEventSource.made.push(this)
  }

  addEventListener(type: string, listener: (event: Event) => void): void {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners.add(listener))
  }

  #dispatch(event: Event): void {
    for (const listener of this.#listeners.get(event.type) ?? []) listener(event)
    if (event.type === 'open') this.onopen?.()
    if (event.type === 'error') this.onerror?.(event)
  }

  open(): void {
    this.readyState = 1
    this.#dispatch(new Event('open'))
  }

  message(type: string, data: string, lastEventId = ''): void {
    this.#dispatch(new MessageEvent(type, { data, lastEventId }))
  }

  fail(readyState: number): void {
    this.readyState = readyState
    this.#dispatch(new Event('error'))
  }

  close(): void {
    this.readyState = 2
  }
}

function bench(
  options: SSEOptions = {},
  respond: () => Response | Promise<Response> = () => new Response(null, { status: 500 }),
) {
  FakeEventSource.made = []
  const clock = createClock()
  const probes: string[] = []
  const sse = createSSE('https://a.test/events?x=1', {
    clock,
    fetch: async (url) => {
      probes.push(`${url}`)
      return respond()
    },
    transport: eventSourceTransport({ EventSource: FakeEventSource as unknown as typeof EventSource }),
    ...options,
  })
  const log: unknown[] = []
  return { sse, clock, probes, log, source: (n = 0) => FakeEventSource.made[n] as FakeEventSource }
}

describe('the native EventSource', () => {
  it('is asked for heartbeats that it can hear, and for the cursor in the query', async () => {
    const { sse, clock, source } = bench({
      lastEventId: '5',
      credentials: 'include',
      lastEventIdParam: 'last_event_id',
    })
    sse.connect()
    await clock.settle()
    expect(source().url).toBe('https://a.test/events?x=1&heartbeat=event&last_event_id=5')
    expect(source().withCredentials).toBe(true)
    sse.close()
    expect(source().readyState).toBe(2)
  })

  it('is listened to for the names that are subscribed to, before and after it opens', async () => {
    const { sse, clock, log, source } = bench()
    for (const name of ['early', 'message']) sse.subscribe(name, (data) => log.push([name, data]))
    await clock.settle()
    source().open()
    sse.subscribe('late', (data) => log.push(['late', data]))
    for (const name of ['early', 'message', 'late', 'nobody']) source().message(name, '1')
    expect(log).toEqual([
      ['early', 1],
      ['message', 1],
      ['late', 1],
    ])
    sse.close()
  })

  it('hands out one event once, however many ask for it', async () => {
    const { sse, clock, log, source } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    source().open()
    sse.subscribe('tick', () => {})
    sse.subscribe('*', (data) => log.push(data))
    source().message('tick', '1')
    expect(log).toEqual([1])
    sse.close()
  })

  it("keeps a server's events `open` and `error` apart from its own", async () => {
    const { sse, clock, log, source } = bench()
    for (const name of ['open', 'error']) sse.subscribe(name, (data, { type }) => log.push([type, data]))
    await clock.settle()
    source().open()
    source().message('open', '1')
    source().message('error', '2')
    expect(log).toEqual([
      ['open', 1],
      ['error', 2],
    ])
    expect(sse.state.get().status).toBe('open')
    sse.close()
  })

  it('does not take an inherited id for a new one', async () => {
    const { sse, clock, log, source } = bench({ lastEventId: '4' })
    sse.subscribe('tick', (_, { id }) => log.push(id))
    await clock.settle()
    source().open()
    source().message('tick', '0')
    source().message('tick', '1', '5')
    source().message('tick', '1', '5')
    source().message('tick', '2', '')
    expect(log).toEqual(['4', '5', '5', ''])
    sse.close()
  })

  it('drops an event that is too long, and says so', async () => {
    const onGap = vi.fn()
    const { sse, clock, log, source } = bench({ maxEventSize: 10, onGap })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    source().open()
    source().message('tick', '"0123456789"')
    source().message('tick', '1')
    expect(log).toEqual([1])
    expect(onGap).toHaveBeenCalledWith(expect.objectContaining({ reason: 'too-large' }))
    sse.close()
  })
})

describe('when it fails', () => {
  it('its own reconnecting is cut short: we have a better one', async () => {
    const { sse, clock, probes, source } = bench()
    sse.connect()
    await clock.settle()
    source().open()
    source().fail(0)
    expect(source().readyState).toBe(2)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } })
    await clock.advance(600)
    expect(FakeEventSource.made).toHaveLength(2)
    expect(probes).toEqual([])
    sse.close()
  })

  it.each([
    [503, { status: 'waiting', error: { code: 'http', status: 503 } }],
    [403, { status: 'closed', error: { code: 'http', status: 403 } }],
    [401, { status: 'closed', error: { code: 'unauthorized' } }],
    [204, { status: 'closed', error: null }],
  ])('for ever, one probe finds out that it was status %i', async (status, expected) => {
    const { sse, clock, probes, source } = bench({}, () => new Response(null, { status }))
    sse.connect()
    await clock.settle()
    source().fail(2)
    await clock.settle()
    expect(probes).toHaveLength(1)
    expect(sse.state.get()).toMatchObject(expected)
    sse.close()
  })

  it('though the server answers well by now, it is tried again later, and the probe let go', async () => {
    const cancel = vi.fn()
    const body = new ReadableStream({ cancel })
    const { sse, clock, source } = bench(
      {},
      () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    )
    sse.connect()
    await clock.settle()
    source().fail(2)
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } })
    expect(cancel).toHaveBeenCalled()
    sse.close()
  })

  it('and the probe fails too, it is tried again later', async () => {
    const { sse, clock, source } = bench({}, () => Promise.reject(new TypeError('Failed to fetch')))
    sse.connect()
    await clock.settle()
    source().fail(2)
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } })
    sse.close()
  })

  it('and the client is closed meanwhile, the probe is aborted', async () => {
    const { sse, clock, source } = bench({}, () => new Promise(() => {}))
    sse.connect()
    await clock.settle()
    source().fail(2)
    sse.close()
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
  })
})

describe('where fetch cannot stream', () => {
  const fetch = vi.fn(() => new Promise<never>(() => {}))
  async function opened(options: SSEOptions): Promise<'native' | 'fetch'> {
    FakeEventSource.made = []
    vi.stubGlobal('EventSource', FakeEventSource)
    vi.stubGlobal('Response', class {})
    vi.stubGlobal('fetch', fetch.mockClear())
    const clock = createClock()
    using sse = createSSE('https://a.test/events', { clock, ...options })
    sse.connect()
    await clock.settle()
    expect(FakeEventSource.made.length + fetch.mock.calls.length).toBe(1)
    return FakeEventSource.made.length ? 'native' : 'fetch'
  }

  it('it stands in', async () => {
    expect(await opened({})).toBe('native')
  })

  it.each<SSEOptions>([
    { mode: 'request' },
    { headers: { authorization: 'Bearer x' } },
    { method: 'POST', body: 'x' },
    { credentials: 'omit' },
    { fetch },
  ])('but not for what it cannot do: %o', async (options) => {
    expect(await opened(options)).toBe('fetch')
  })
})
