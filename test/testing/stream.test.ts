import { createSSE } from 'headwater'
import { createClock, createMockStream, type MockStream, type Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'

const START = Date.UTC(2026, 0)

function setup(...script: Step[][]) {
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

/** Whether a promise has settled by now, and how. */
function watch(promise: Promise<unknown>): unknown[] {
  const log: unknown[] = []
  promise.then(
    () => log.push('resolved'),
    (error: unknown) => log.push(error),
  )
  return log
}

describe('a request', () => {
  it('is recorded as a server would see it', async () => {
    const { stream, clock } = setup()
    await clock.advance(1500)
    await stream.fetch('/events?a=1&b=%20x', {
      method: 'POST',
      headers: { Authorization: 'Bearer t', 'Content-Type': 'text/plain' },
      body: '{"q":"注文"}',
    })
    expect(stream.requests).toEqual([
      {
        method: 'POST',
        url: '/events?a=1&b=%20x',
        path: '/events',
        query: { a: '1', b: ' x' },
        headers: { authorization: 'Bearer t', 'content-type': 'text/plain' },
        lastEventId: '',
        body: '{"q":"注文"}',
        at: START + 1500,
      },
    ])
  })

  it.each<[what: string, ask: (stream: MockStream) => Promise<Response>, id: string]>([
    ['its header', ({ fetch }) => fetch('/', { headers: { 'last-event-id': '41' } }), '41'],
    ['its header, whose bytes are UTF-8', ({ fetch }) => fetch('/', { headers: { 'last-event-id': 'æ³¨' } }), '注'],
    ['its query', ({ fetch }) => fetch('/?lastEventId=%E6%B3%A8'), '注'],
    [
      'its header before its query',
      ({ fetch }) => fetch('/?lastEventId=1', { headers: { 'last-event-id': '2' } }),
      '2',
    ],
    ['neither', ({ fetch }) => fetch('/'), ''],
  ])('tells the last event id from %s', async (_, ask, id) => {
    const { stream } = setup()
    await ask(stream)
    expect(stream.requests[0]?.lastEventId).toBe(id)
  })

  it('may be a path, a URL or a Request', async () => {
    const { stream } = setup()
    await stream.fetch('/a')
    await stream.fetch(new URL('https://example.test/b?c=1'))
    await stream.fetch(new Request('http://example.test/d', { method: 'PUT', body: 'x' }))
    expect(stream.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/a', ''],
      ['GET', '/b?c=1', ''],
      ['PUT', '/d', 'x'],
    ])
  })

  it('is answered with an event stream, whose chunks arrive as they are sent', async () => {
    const { stream, clock } = setup()
    const response = await stream.fetch('/')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
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
})

describe('a script', () => {
  it('is for one request each; later requests open a stream that is left to the test', async () => {
    const { stream } = setup(
      [{ send: { event: 'tick', data: 1, id: '1' } }, { end: true }],
      [{ refuse: { status: 500, body: 'oops' } }],
    )
    expect(await (await stream.fetch('/')).text()).toBe('id: 1\nevent: tick\ndata: 1\n\n')
    const refused = await stream.fetch('/')
    expect([refused.status, await refused.text()]).toEqual([500, 'oops'])
    expect((await stream.fetch('/')).status).toBe(200)
    expect(stream.connections).toHaveLength(1)
  })

  it('refuses as often as it is told', async () => {
    const { stream } = setup()
    stream.refuse(503, { times: 2, headers: { 'retry-after': '7' } })
    const responses = [await stream.fetch('/'), await stream.fetch('/'), await stream.fetch('/')]
    expect(responses.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [503, '7'],
      [503, '7'],
      [200, null],
    ])
  })

  it.each([204, 205, 304])('answers with status %i, which has no body', async (status) => {
    const { stream } = setup([{ refuse: { status } }])
    const response = await stream.fetch('/')
    expect([response.status, response.body]).toEqual([status, null])
  })

  it('breaks before the headers: the request fails as on a network', async () => {
    const { stream } = setup([{ drop: true }])
    await expect(stream.fetch('/')).rejects.toThrow(TypeError)
    expect(stream.requests).toHaveLength(1)
  })

  it('breaks later: the body fails after what has arrived', async () => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { wait: 10 }, { drop: true }])
    const { chunks, end } = read(await stream.fetch('/'))
    await clock.settle()
    expect(chunks).toEqual(['data: 1\n\n'])
    await clock.advance(10)
    expect(await end).toBeInstanceOf(TypeError)
    expect(stream.connections).toHaveLength(0)
  })

  it('stalls: nothing arrives any more, and nothing ends', async () => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { stall: true }, { send: { data: 2 } }])
    const { chunks, end } = read(await stream.fetch('/'))
    const over = watch(end)
    await clock.settle()
    stream.send('tick', 3)
    await clock.advance(1e9)
    expect(chunks).toEqual(['data: 1\n\n'])
    expect(over).toEqual([])
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

  it('waits in real time where it is given no clock', async () => {
    const before = Date.now()
    const stream = createMockStream({ script: [[{ wait: 20 }, { send: { data: 1 } }, { end: true }]] })
    expect(await (await stream.fetch('/')).text()).toBe('data: 1\n\n')
    // Timers may fire a millisecond early.
    expect(Date.now() - before).toBeGreaterThanOrEqual(19)
    expect(stream.requests[0]?.at).toBeGreaterThanOrEqual(before)
  })
})

describe('a redirect', () => {
  it.each<[status: number, method: string, then: string]>([
    [303, 'POST', 'GET'],
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [302, 'PUT', 'PUT'],
    [303, 'PUT', 'GET'],
  ])('with status %i makes a %s a %s', async (status, method, then) => {
    const { stream } = setup([{ redirect: '/b', status }])
    await stream.fetch('/a', { method, body: 'x' })
    expect(stream.requests.map(({ method, body }) => [method, body])).toEqual([
      [method, 'x'],
      [then, then === 'GET' ? '' : 'x'],
    ])
  })

  it('is followed with all that the request had', async () => {
    const { stream } = setup([{ redirect: '/b?c=1' }], [{ redirect: 'http://other.test/d', status: 308 }])
    const response = await stream.fetch('/a', { method: 'POST', headers: { 'last-event-id': '7' }, body: 'x' })
    expect(response.status).toBe(200)
    expect(stream.requests.map(({ method, url, lastEventId, body }) => [method, url, lastEventId, body])).toEqual([
      ['POST', '/a', '7', 'x'],
      ['POST', '/b?c=1', '7', 'x'],
      ['POST', '/d', '7', 'x'],
    ])
  })

  it('fails the request after the twentieth', async () => {
    const { stream } = setup(...Array.from({ length: 22 }, (): Step[] => [{ redirect: '/' }]))
    await expect(stream.fetch('/')).rejects.toThrow(TypeError)
    expect(stream.requests).toHaveLength(21)
  })

  it.each(['error', 'manual'] as const)('fails a request that says redirect: %s', async (redirect) => {
    const { stream } = setup([{ redirect: '/b' }])
    await expect(stream.fetch('/a', { redirect })).rejects.toThrow(TypeError)
    expect(stream.requests).toHaveLength(1)
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
    await expect(stream.fetch('/', { signal: AbortSignal.abort('gone') })).rejects.toBe('gone')
    await expect(stream.fetch(new Request('http://h/', { signal: AbortSignal.abort('gone') }))).rejects.toBe('gone')
    expect(stream.requests).toEqual([])
  })

  it('by an abort before the headers never opens a connection', async () => {
    const { stream, clock } = setup([{ open: { delay: 1000 } }])
    const controller = new AbortController()
    const request = stream.fetch('/', { signal: controller.signal })
    const answered = watch(request)
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

it('serves a client that has nothing but its fetch', async () => {
  const stream = createMockStream<{ greeting: { hello: string } }>()
  const { fetch } = stream
  using sse = createSSE<{ greeting: { hello: string } }>('/events', { fetch })
  const heard = new Promise((resolve) => sse.subscribe('greeting', resolve))
  const connection = await stream.connected()
  connection.send('greeting', { hello: 'world' })
  expect(await heard).toEqual({ hello: 'world' })
})
