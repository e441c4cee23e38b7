import { createSSE, type SSEOptions } from 'headwater'
import { createMockStream, type Script, type Step } from 'headwater/testing'
import { sseHandler } from 'headwater/testing/msw'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'

/*
 * Event streams behind MSW, as a test in Node has them: its own fetch, which MSW answers over a pipe.
 */

interface Events {
  'order.created': { id: string }
  tick: number
}

const URL = 'https://api.test/events'
const server = setupServer()

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** A stream behind a handler, both for this test. */
function use(script?: Script) {
  const stream = createMockStream<Events>({ script })
  server.use(sseHandler(URL, stream))
  return stream
}

/** What the body brings, chunk by chunk, until it ends or breaks. */
function read(response: Response) {
  const chunks: string[] = []
  const run = async (): Promise<unknown> => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) chunks.push(decoder.decode(chunk, { stream: true }))
    return 'end'
  }
  return { chunks, over: run().catch((error: unknown) => error) }
}

/** What a client hears of ticks. */
function client(options: SSEOptions<Events> = {}) {
  const sse = createSSE<Events>(URL, { retry: { initial: 10, jitter: 'none' }, ...options })
  onTestFinished(() => sse.close())
  const log: unknown[] = []
  sse.subscribe('tick', (n) => log.push(n))
  return { sse, log, logged: (expected: unknown[]) => eventually(() => expect(log).toEqual(expected)) }
}

const tick = (n: number): Step => ({ send: { event: 'tick', data: n, id: `${n}` } })

describe('a script', () => {
  it.each([
    ['', [1, 2]],
    ['1', [2]],
    ['2', []],
    ['no id of it', [1, 2]],
  ])('is played to each request, and resumed behind the last event id: %j', async (id, expected) => {
    server.use(sseHandler(URL, [tick(1), tick(2), { end: true }]))
    for (const _ of 'ab') {
      const { chunks, over } = read(await fetch(URL, { headers: id ? { 'last-event-id': id } : {} }))
      expect(await over).toBe('end')
      expect(chunks).toEqual(expected.map((n) => `id: ${n}\nevent: tick\ndata: ${n}\n\n`))
    }
  })

  it('may be one for each request; what comes after the last opens a silent stream', async () => {
    server.use(sseHandler(URL, [[tick(1), { end: true }], [{ refuse: { status: 503 } }], [tick(2), { end: true }]]))
    const { logged, sse } = client()
    await logged([1, 2])
    await eventually(() => expect(sse.state.get().status).toBe('open'))
  })

  it('may be left out: the answer is there before a byte of its body', async () => {
    server.use(sseHandler(URL))
    const response = await fetch(URL)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    expect(response.url).toBe(URL)
    await response.body?.cancel()
  })

  it.each([
    [[{ sent: {} }], '{"sent":{}} is no step'],
    [[tick(1), { wait: '1' }], '{"wait":"1"}: wait expects milliseconds'],
    [[[tick(1)], [{ end: 1 }]], '{"end":1}: end expects true'],
    ['tick', '"tick" is no script'],
    [null, 'null is no script'],
    [1, '1 is no script'],
    [{}, '{} is no script'],
  ] as const)('throws at once for a wrong script: %j', (script, message) => {
    expect(() => sseHandler(URL, script as unknown as Script)).toThrow(TypeError)
    expect(() => sseHandler(URL, script as unknown as Script)).toThrow(message)
  })
})

describe('a stream of the test', () => {
  it('is driven by it', async () => {
    const stream = use()
    const { logged } = client()
    await stream.connected()
    stream.send('tick', 1)
    await logged([1])
    stream.send('tick', 2)
    await logged([1, 2])
  })

  it('sees each request with its method, headers, query and body', async () => {
    const stream = use()
    const response = await fetch(`${URL}?room=a`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer t', 'last-event-id': 'æ³¨' },
      body: '{"q":"注"}',
    })
    expect(stream.requests).toMatchObject([
      {
        method: 'POST',
        url: '/events?room=a',
        query: { room: 'a' },
        headers: { 'content-type': 'application/json', authorization: 'Bearer t' },
        lastEventId: '注',
        body: '{"q":"注"}',
      },
    ])
    await response.body?.cancel()
  })

  it('is resumed after a broken connection', async () => {
    const stream = use()
    const codes: string[] = []
    const { logged } = client({ onRetry: ({ error }) => codes.push(error.code) })
    const first = await stream.connected()
    stream.send('tick', 1, { id: '7' })
    await logged([1])
    await stream.drop()
    await first.closed
    const second = await stream.connected()
    expect(second.request.lastEventId).toBe('7')
    second.send('tick', 2)
    await logged([1, 2])
    expect(codes).toEqual(['network'])
  })

  it('serves several handlers', async () => {
    const stream = createMockStream<Events>()
    server.use(sseHandler(URL, stream), sseHandler('https://api.test/more', stream))
    const responses = await Promise.all([fetch(URL), fetch('https://api.test/more')])
    expect(stream.requests.map(({ path }) => path).sort()).toEqual(['/events', '/more'])
    const readings = responses.map(read)
    stream.send('tick', 1)
    stream.end()
    for (const { chunks, over } of readings) {
      expect(await over).toBe('end')
      expect(chunks.join('')).toBe('event: tick\ndata: 1\n\n')
    }
  })

  it('stands in for EventSource, where the code under test expects one', async () => {
    const stream = use()
    vi.stubGlobal('EventSource', stream.EventSource)
    onTestFinished(() => void vi.unstubAllGlobals())
    const source = new EventSource(URL)
    const heard = new Promise((resolve) => source.addEventListener('tick', ({ data }) => resolve(data)))
    const connection = await stream.connected()
    stream.send('tick', 1)
    expect(await heard).toBe('1')
    source.close()
    await connection.closed
  })
})

describe('a fault', () => {
  it('before the headers is a request that fails', async () => {
    use([{ drop: true }])
    await expect(fetch(URL)).rejects.toThrow(TypeError)
  })

  it('after them is a body that breaks, once all that was sent is there', async () => {
    use([tick(1), tick(2), { drop: true }])
    const { chunks, over } = read(await fetch(URL))
    expect(await over).toBeInstanceOf(TypeError)
    expect(chunks).toEqual(['id: 1\nevent: tick\ndata: 1\n\n', 'id: 2\nevent: tick\ndata: 2\n\n'])
  })

  it('is none where the body just ends', async () => {
    use([tick(1), { end: true }])
    const { chunks, over } = read(await fetch(URL))
    expect(await over).toBe('end')
    expect(chunks).toEqual(['id: 1\nevent: tick\ndata: 1\n\n'])
  })

  it('may be a stream that is silent from now on', async () => {
    const stream = use([tick(1), { stall: true }, tick(2)])
    const { log, logged, sse } = client()
    await logged([1])
    const connection = await stream.connected()
    await stream.send('tick', 3)
    expect([log, sse.state.get().status, stream.connections]).toEqual([[1], 'open', [connection]])
  })

  it.each([
    [503, { 'retry-after': '7' }, 'later'],
    [401, { 'www-authenticate': 'Bearer', 'content-type': 'application/json' }, '{}'],
    [204, {}, ''],
    [200, { 'content-length': '4', 'content-type': 'text/event-stream' }, 'data'],
  ] as const)('may be another answer: %i', async (status, headers, body) => {
    const stream = use()
    stream.refuse(status, { headers, body })
    const response = await fetch(URL)
    expect(response.status).toBe(status)
    expect(Object.fromEntries(response.headers)).toMatchObject(headers)
    expect(await response.text()).toBe(body)
  })

  it('may be a redirect, which fetch follows to another handler', async () => {
    const stream = use()
    server.use(http.post('https://api.test/elsewhere', () => HttpResponse.text('here')))
    stream.script({ redirect: '/elsewhere' })
    const response = await fetch(URL, { method: 'POST', body: 'x' })
    expect([response.redirected, response.url, await response.text()]).toEqual([
      ...[true, 'https://api.test/elsewhere', 'here'],
    ])
    stream.script({ redirect: '/elsewhere', status: 302 })
    const { status, headers } = await fetch(URL, { redirect: 'manual' })
    expect([status, headers.get('location')]).toEqual([302, '/elsewhere'])
  })
})

describe('chunks', () => {
  it('arrive as they are sent', async () => {
    const stream = use()
    const { chunks, over } = read(await fetch(URL))
    const sent = Array.from({ length: 50 }, (_, n) => `${n} `)
    stream.raw(...sent)
    stream.end()
    await over
    expect(chunks).toEqual(sent)
  })

  it('may be cut in the middle of a character', async () => {
    const stream = use()
    const response = await fetch(URL)
    const bytes = new TextEncoder().encode('注')
    stream.raw(bytes.subarray(0, 2), bytes.subarray(2))
    stream.end()
    const chunks: Uint8Array[] = []
    for await (const chunk of response.body ?? []) chunks.push(chunk)
    expect(chunks.map((chunk) => [...chunk])).toEqual([[0xe6, 0xb3], [0xa8]])
  })

  it('may be comments', async () => {
    const stream = use()
    const { chunks, over } = read(await fetch(URL))
    stream.comment('hello')
    stream.end()
    await over
    expect(chunks).toEqual([': hello\n\n'])
  })
})

describe('a client that goes', () => {
  it.each([
    ['by its signal', (_: Response, controller: AbortController) => controller.abort()],
    ['by its body', ({ body }: Response) => body?.cancel()],
  ] as const)('closes the stream of the mock: %s', async (_, go) => {
    const stream = use()
    const controller = new AbortController()
    const response = await fetch(URL, { signal: controller.signal })
    const connection = await stream.connected()
    await go(response, controller)
    await connection.closed
    expect(stream.connections).toEqual([])
  })

  it('before the headers gets none', async () => {
    const stream = use([{ open: { delay: 60_000 } }])
    const controller = new AbortController()
    const failed = expect(fetch(URL, { signal: controller.signal })).rejects.toThrow('aborted')
    await eventually(() => expect(stream.requests).toHaveLength(1))
    controller.abort()
    await failed
    expect(stream.connections).toEqual([])
  })
})

describe('options', () => {
  it('method: other methods are for other handlers', async () => {
    const stream = createMockStream<Events>()
    server.use(
      sseHandler(URL, stream, { method: 'POST' }),
      http.get(URL, () => HttpResponse.text('history')),
    )
    expect(await (await fetch(URL)).text()).toBe('history')
    const { body } = await fetch(URL, { method: 'POST' })
    expect(stream.requests.map(({ method }) => method)).toEqual(['POST'])
    await body?.cancel()
  })

  it('once: later requests are for other handlers', async () => {
    server.use(
      sseHandler(URL, [tick(1), { end: true }], { once: true }),
      http.all(URL, () => HttpResponse.text('spent')),
    )
    expect(await (await fetch(URL)).text()).toContain('data: 1')
    expect(await (await fetch(URL)).text()).toBe('spent')
  })

  it('a URL may be a pattern or a function, as for any handler', async () => {
    const stream = createMockStream<Events>()
    server.use(
      sseHandler('https://api.test/rooms/:room', stream),
      sseHandler(({ request }) => request.headers.get('accept') === 'text/event-stream', stream),
    )
    for (const url of ['https://api.test/rooms/a', 'https://other.test/']) {
      const { body } = await fetch(url, { headers: { accept: 'text/event-stream' } })
      await body?.cancel()
    }
    expect(stream.requests.map(({ path }) => path)).toEqual(['/rooms/a', '/'])
  })
})

describe('a preflight', () => {
  const preflight = (): Promise<Response> =>
    fetch(URL, {
      method: 'OPTIONS',
      headers: { origin: 'https://a.test', 'access-control-request-headers': 'last-event-id' },
    })

  it('is answered, and is no request', async () => {
    const stream = use()
    const { status, headers } = await preflight()
    expect(status).toBe(204)
    expect(Object.fromEntries(headers)).toMatchObject({
      'access-control-allow-origin': 'https://a.test',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'last-event-id',
    })
    expect(stream.requests).toEqual([])
  })

  it('leaves a handler that is there for one request and one method to that', async () => {
    server.use(sseHandler(URL, [tick(1), { end: true }], { once: true, method: 'POST' }))
    expect((await preflight()).status).toBe(204)
    expect(await (await fetch(URL, { method: 'POST' })).text()).toContain('data: 1')
  })

  it('lets every origin in, as the answer does, unless the script says otherwise', async () => {
    const stream = use([[{ end: true }], [{ open: { headers: { 'access-control-allow-origin': 'https://a.test' } } }]])
    const { headers } = await fetch(URL)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    const second = await fetch(URL)
    expect(second.headers.get('access-control-allow-origin')).toBe('https://a.test')
    stream.drop()
  })
})

describe('a reset of the handlers', () => {
  /** A server of its own, so that these handlers are those that it begins with. */
  function serverOf(handler: ReturnType<typeof sseHandler>) {
    server.close()
    const own = setupServer(handler)
    own.listen()
    onTestFinished(() => {
      own.close()
      server.listen({ onUnhandledFrame: 'error' })
    })
    return own
  }

  it('has a handler that stays begin its script again; open streams stay open', async () => {
    const own = serverOf(sseHandler(URL, [[tick(1), { wait: 1 }, tick(2)], [{ refuse: { status: 503 } }]]))
    const first = read(await fetch(URL))
    own.resetHandlers()
    const again = read(await fetch(URL))
    expect((await fetch(URL)).status).toBe(503)
    await eventually(() => expect([first.chunks.length, again.chunks.length]).toEqual([2, 2]))
  })

  it('leaves a stream of the test to the test', async () => {
    const stream = createMockStream<Events>()
    const own = serverOf(sseHandler(URL, stream))
    const { chunks, over } = read(await fetch(URL))
    own.resetHandlers()
    stream.send('tick', 1)
    await eventually(() => expect(chunks).toHaveLength(1))
    stream.reset()
    expect(await over).toBeInstanceOf(TypeError)
  })

  it('leaves the streams of a handler that goes to their clients', async () => {
    const stream = use()
    const { chunks, over } = read(await fetch(URL))
    server.resetHandlers()
    stream.send('tick', 1)
    stream.end()
    expect(await over).toBe('end')
    expect(chunks).toEqual(['event: tick\ndata: 1\n\n'])
  })

  it('leaves the streams of a server that closes to their clients; one that is opened again begins again', async () => {
    const own = serverOf(sseHandler(URL, [[tick(1), { wait: 1 }, tick(2), { end: true }]]))
    const first = read(await fetch(URL))
    own.close()
    expect(await first.over).toBe('end')
    own.listen()
    const again = read(await fetch(URL))
    await again.over
    expect([first.chunks.length, again.chunks]).toEqual([2, first.chunks])
  })

  it('has a handler that is put in place once more begin again', async () => {
    const handler = sseHandler(URL, [[tick(1), { end: true }]])
    for (const _ of 'ab') {
      server.use(handler)
      const { chunks, over } = read(await fetch(URL))
      await over
      expect(chunks).toHaveLength(1)
      server.resetHandlers()
    }
  })
})
