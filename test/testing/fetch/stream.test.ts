import { createSSE, type Transport } from 'headwater'
import { createClock, createMockStream, type MockStream, type Script, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { watch } from '../../support/mock-wire.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const START = Date.UTC(2026, 0)

function setup(script: Script = []) {
  const clock = createClock({ now: START })
  return { clock, stream: createMockStream({ clock, script }) }
}

/** What the body brings, chunk by chunk, until it ends or breaks. */
function read(response: Response) {
  const chunks: string[] = []
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  async function run(): Promise<unknown> {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) return 'end'
      chunks.push(value)
    }
  }
  return { chunks, end: run().catch((error: unknown) => error) }
}

describe('a request', () => {
  it('is recorded with the time of the clock, or the real one', async () => {
    const { stream, clock } = setup()
    await clock.advance(1500)
    await stream.fetch('/a?b=1', { method: 'POST', body: 'x' })
    expect(stream.requests).toMatchObject([
      { method: 'POST', path: '/a', query: { b: '1' }, body: 'x', at: START + 1500 },
    ])
    vi.useFakeTimers({ now: 7 })
    const real = createMockStream()
    await real.fetch('/')
    expect(real.requests[0]?.at).toBe(7)
  })

  it('is answered with an event stream, whose chunks arrive as they are sent', async () => {
    const { stream, clock } = setup()
    const response = await stream.fetch('/')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    const { chunks, end } = read(response)
    stream.raw('da', 'ta')
    await clock.settle()
    expect(chunks).toEqual(['da', 'ta'])
    stream.send('tick', 1)
    stream.end()
    expect(await end).toBe('end')
    expect(chunks).toEqual(['da', 'ta', 'event: tick\ndata: 1\n\n'])
    expect(stream.connections).toHaveLength(0)
  })

  it('is answered from where it went, without the fragment', async () => {
    const { stream } = setup()
    expect(await stream.fetch('http://a.test/b?c#d')).toMatchObject({ url: 'http://a.test/b?c', redirected: false })
    expect((await stream.fetch('/b')).url).toBe(new URL('/b', document.baseURI).href)
  })

  it.each<[what: string, ask: (stream: MockStream) => Promise<Response>]>([
    ['that cannot be read', ({ fetch }) => fetch('http://')],
    ['with a method that has no body, and one', ({ fetch }) => fetch('/', { body: 'x' })],
  ])('%s fails, and is none', async (_, ask) => {
    const { stream } = setup()
    await expect(ask(stream)).rejects.toThrow(TypeError)
    expect(stream.requests).toEqual([])
  })
})

describe('a script', () => {
  it.each([204, 205, 304])('answers with status %i, which has no body', async (status) => {
    const { stream } = setup([{ refuse: { status, body: 'x' } }])
    const response = await stream.fetch('/')
    expect([response.status, response.body]).toEqual([status, null])
  })

  it('answers with a status, headers and a body', async () => {
    const { stream } = setup()
    stream.refuse(500, { headers: { 'Content-Type': 'application/json', 'Retry-After': '7' }, body: '{}' })
    const response = await stream.fetch('/')
    expect([response.status, await response.text()]).toEqual([500, '{}'])
    expect(Object.fromEntries(response.headers)).toEqual({ 'content-type': 'application/json', 'retry-after': '7' })
  })

  it('breaks before the headers: the request fails as on a network', async () => {
    const { stream } = setup([{ drop: true }])
    await expect(stream.fetch('/')).rejects.toThrow(new TypeError('network error'))
    expect(stream.requests).toHaveLength(1)
  })

  it('breaks right behind an event: what was sent is read first, however late', async () => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { send: { data: 2 } }, { drop: true }])
    const response = await stream.fetch('/')
    await clock.settle()
    const { chunks, end } = read(response)
    expect(await end).toEqual(new TypeError('network error'))
    expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n'])
  })

  it('breaks later: the body fails after what has arrived', async () => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { wait: 10 }, { drop: true }])
    const { chunks, end } = read(await stream.fetch('/'))
    await clock.settle()
    expect(chunks).toEqual(['data: 1\n\n'])
    await clock.advance(10)
    expect(await end).toEqual(new TypeError('network error'))
    expect(stream.connections).toHaveLength(0)
  })

  it('stalls: nothing arrives any more, and nothing ends', async () => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { stall: true }, { send: { data: 2 } }])
    const { chunks, end } = read(await stream.fetch('/'))
    const over = watch(end)
    await clock.settle()
    await stream.send('tick', 3)
    await clock.advance(1e9)
    expect([chunks, over]).toEqual([['data: 1\n\n'], []])
    expect(stream.connections).toHaveLength(1)
  })

  it('waits on the clock that it is given, for headers and between events', async () => {
    const { stream, clock } = setup([
      { open: { delay: 1000 } },
      { send: { data: 1 } },
      { wait: 60_000 },
      { send: { data: 2 } },
    ])
    const request = stream.fetch('/')
    const answered = watch(request)
    await clock.advance(999)
    expect(answered).toEqual([])
    await clock.advance(1)
    expect(answered).toEqual(['resolved'])
    const { chunks } = read(await request)
    await clock.advance(59_999)
    expect(chunks).toEqual(['data: 1\n\n'])
    await clock.advance(1)
    expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n'])
  })

  it('waits in real time where it is given no clock, so that fake timers count', async () => {
    vi.useFakeTimers()
    const stream = createMockStream({ script: [{ wait: 20 }, { send: { data: 1 } }, { wait: 1e10 }, { end: true }] })
    const request = stream.fetch('/')
    const answered = watch(request)
    await vi.advanceTimersByTimeAsync(19)
    expect(answered).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(answered).toEqual(['resolved'])
    const over = watch(read(await request).end)
    // Longer than a timer can be: that is no reason to be done with it at once.
    await vi.advanceTimersByTimeAsync(1e6)
    expect(over).toEqual([])
    stream.reset()
  })
})

describe('a redirect', () => {
  it('is followed with all that the request had', async () => {
    const { stream } = setup([[{ redirect: '/b?c=1' }], [{ redirect: 'http://other.test/d', status: 308 }]])
    const headers = { 'last-event-id': '7', authorization: 'Bearer t' }
    const response = await stream.fetch('http://a.test/a', { method: 'POST', headers, body: 'x' })
    expect(response).toMatchObject({ status: 200, url: 'http://other.test/d', redirected: true })
    expect(stream.requests.map(({ method, url, lastEventId, body }) => [method, url, lastEventId, body])).toEqual([
      ['POST', '/a', '7', 'x'],
      ['POST', '/b?c=1', '7', 'x'],
      ['POST', '/d', '7', 'x'],
    ])
    expect(stream.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer t', 'Bearer t', undefined])
  })

  it('fails the request after the twentieth', async () => {
    const { stream } = setup([{ redirect: '/' }])
    await expect(stream.fetch('/')).rejects.toThrow(TypeError)
    expect(stream.requests).toHaveLength(21)
  })

  it('fails a request that says redirect: error', async () => {
    const { stream } = setup([[{ redirect: '/b' }]])
    await expect(stream.fetch('/a', { redirect: 'error' })).rejects.toThrow(TypeError)
    expect(stream.requests).toHaveLength(1)
  })

  it('is not followed for a request that says redirect: manual, and cannot be seen, as in a browser', async () => {
    const { stream } = setup([[{ redirect: '/b' }]])
    const response = await stream.fetch('http://a.test/a', { redirect: 'manual' })
    expect(response).toMatchObject({ type: 'opaqueredirect', status: 0, body: null, url: 'http://a.test/a' })
    expect(stream.requests).toHaveLength(1)
  })

  it.each<[what: string, answer: Step]>([
    ['another status with a location', { refuse: { status: 304, headers: { location: '/b' } } }],
    ['the status without a location', { refuse: { status: 302 } }],
  ])('is not %s', async (_, answer) => {
    const { stream } = setup([[answer]])
    expect((await stream.fetch('/a')).status).toBe('refuse' in answer && answer.refuse.status)
    expect(stream.requests).toHaveLength(1)
  })

  it('stops when the client leaves', async () => {
    const { stream, clock } = setup([[{ wait: 5 }, { redirect: '/b' }]])
    const controller = new AbortController()
    const answered = watch(stream.fetch('/a', { signal: controller.signal }))
    await clock.settle()
    controller.abort('enough')
    await clock.advance(5)
    expect([answered, stream.requests.length, stream.connections]).toEqual([['enough'], 1, []])
  })
})

describe('a client that leaves', () => {
  it('by an abort closes the connection, and its body fails with the reason', async () => {
    const { stream, clock } = setup()
    const controller = new AbortController()
    const { end } = read(await stream.fetch('/', { signal: controller.signal }))
    const { closed } = await stream.connected()
    const over = watch(closed)
    await clock.settle()
    expect(over).toEqual([])
    controller.abort(new Error('enough'))
    await closed
    expect(await end).toEqual(new Error('enough'))
    expect(stream.connections).toHaveLength(0)
  })

  it('before it has come asks nothing', async () => {
    const { stream } = setup()
    const signal = AbortSignal.abort('gone')
    await expect(stream.fetch('/', { signal })).rejects.toBe('gone')
    await expect(stream.fetch(new Request('http://h/', { signal }))).rejects.toBe('gone')
    await expect(stream.respond(new Request('http://h/', { signal }))).rejects.toBe('gone')
    expect(stream.requests).toEqual([])
  })

  it('by an abort before the headers never opens a connection', async () => {
    const { stream, clock } = setup([{ open: { delay: 1000 } }])
    const controller = new AbortController()
    const answered = watch(stream.fetch('/', { signal: controller.signal }))
    await clock.advance(500)
    controller.abort()
    await clock.advance(1000)
    expect(answered).toEqual([expect.objectContaining({ name: 'AbortError' })])
    expect(stream.connections).toHaveLength(0)
  })

  it('by cancelling the body closes the connection', async () => {
    const { stream } = setup()
    const response = await stream.fetch('/')
    const { closed } = await stream.connected()
    await response.body?.cancel()
    await closed
    expect(stream.connections).toHaveLength(0)
  })
})

describe('a connection that is over', () => {
  it.each<[how: string, leave: (stream: MockStream, response: Response, controller: AbortController) => unknown]>([
    ['drop()', (stream) => stream.drop()],
    ['end()', (stream) => stream.end()],
    ['reset()', (stream) => stream.reset()],
    ['an abort', (_, __, controller) => controller.abort()],
    ['a cancelled body', (_, response) => response.body?.cancel()],
  ])('by %s leaves no timer and no listener behind', async (_, leave) => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { wait: 60_000 }, { send: { data: 2 } }])
    const controller = new AbortController()
    const { signal } = controller
    const listeners = new Set<unknown>()
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (type: string, listener: EventListener) => {
      listeners.add(listener)
      addEventListener.call(signal, type, listener)
    }
    signal.removeEventListener = (type: string, listener: EventListener) => {
      listeners.delete(listener)
      removeEventListener.call(signal, type, listener)
    }
    const response = await stream.fetch('/', { signal })
    await clock.settle()
    expect([clock.timers, listeners.size]).toEqual([1, 1])
    leave(stream, response, controller)
    await stream.closed()
    await clock.settle()
    expect([clock.timers, listeners.size]).toEqual([0, 0])
  })

  it('before its headers leaves nothing behind either', async () => {
    const { stream, clock } = setup([{ open: { delay: 60_000 } }])
    const answered = watch(stream.fetch('/'))
    await clock.settle()
    stream.reset()
    await clock.settle()
    expect([answered, clock.timers]).toEqual([[new TypeError('network error')], 0])
  })
})

describe('respond()', () => {
  it('answers a Request with a Response, over the same mock', async () => {
    const { stream } = setup()
    const request = new Request('http://a.test/b', { method: 'POST', body: 'x' })
    const response = await stream.respond(request)
    expect(response).toMatchObject({ status: 200, url: 'http://a.test/b' })
    expect(stream.requests).toMatchObject([{ method: 'POST', path: '/b', body: 'x' }])
    const { chunks } = read(response)
    await stream.send('tick', 1)
    expect(chunks).toEqual(['event: tick\ndata: 1\n\n'])
  })

  it('follows no redirect: the caller does', async () => {
    const { stream } = setup([{ redirect: '/b', status: 302 }])
    const { status, headers } = await stream.respond(new Request('http://a.test/'))
    expect([status, headers.get('location'), stream.requests.length]).toEqual([302, '/b', 1])
  })

  it('closes the stream when the request is aborted', async () => {
    const { stream } = setup()
    const controller = new AbortController()
    await stream.respond(new Request('http://a.test/', { signal: controller.signal }))
    controller.abort()
    await stream.closed()
    expect(stream.connections).toEqual([])
  })
})

describe('an action', () => {
  it('has been dealt with by the client when it resolves', async () => {
    const { stream, clock } = setup()
    const { chunks, end } = read(await stream.fetch('/'))
    const over = watch(end)
    await stream.send('message', 1)
    expect(chunks).toEqual(['data: 1\n\n'])
    await stream.raw('a', 'b')
    expect(chunks).toEqual(['data: 1\n\n', 'a', 'b'])
    await stream.end()
    expect(over).toEqual(['resolved'])
    expect(clock.now()).toBe(START)
  })

  it('gives the client one turn of the event loop, and with it every promise that is ready', async () => {
    const { stream } = setup()
    const reader = (await stream.fetch('/')).body?.getReader()
    let steps = 0
    const handled = reader?.read().then(async () => {
      for (; steps < 50; steps++) await null
    })
    await stream.send('tick', 1)
    expect(steps).toBe(50)
    await handled
  })

  it('sends bytes that their owner may use again', async () => {
    const { stream } = setup()
    const { chunks } = read(await stream.fetch('/'))
    const bytes = new Uint8Array([97])
    const sent = stream.raw(bytes)
    bytes[0] = 98
    await sent
    expect(chunks).toEqual(['a'])
  })
})

describe('every way in', () => {
  it('leads to the same mock', async () => {
    const { stream, clock } = setup()
    const { transport }: { transport: Transport } = stream
    using sse = createSSE('/transport', { transport, clock })
    sse.connect()
    const source = new stream.EventSource('/event-source')
    const bodies = [await stream.fetch('/fetch'), await stream.respond(new Request('http://h/respond'))].map(read)
    const heard: unknown[] = []
    sse.subscribe('tick', (data) => heard.push(data))
    source.addEventListener('tick', ({ data }) => heard.push(data))
    await clock.settle()
    expect(stream.connections.map(({ request }) => request.path).sort()).toEqual([
      '/event-source',
      '/fetch',
      '/respond',
      '/transport',
    ])
    await stream.send('tick', 1)
    expect(heard.sort()).toEqual(['1', 1].sort())
    expect(bodies.map(({ chunks }) => chunks)).toEqual(Array(2).fill(['event: tick\ndata: 1\n\n']))
    source.close()
  })

  it('can be taken from it by name', async () => {
    const { fetch, transport, EventSource, respond, connected, send, requests } = createMockStream()
    expect(transport).toHaveProperty('connect')
    const source = new EventSource('/')
    await connected()
    await send('tick')
    source.close()
    await fetch('/')
    await respond(new Request('http://h/'))
    expect(requests).toHaveLength(3)
  })
})
