import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { type ClientHttp2Session, connect as connectH2, createServer as createH2Server } from 'node:http2'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createHubClient } from 'headwater/hub'
import { createHub, type Hub, type HubOptions, memoryLog, type Principal } from 'headwater/server'
import { incomingMessage, toNodeHandler } from 'headwater/server/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHub } from '../support/serving.ts'

/*
 * The hub behind Node's own HTTP, over real sockets: what frameworks do to requests, and what bad clients do to servers.
 */

type Listener = (request: IncomingMessage, response: ServerResponse) => void

async function serve(options: HubOptions = {}, around?: (handle: ReturnType<typeof toNodeHandler>) => Listener) {
  const hub = createHub({ heartbeat: false, ...options })
  const handle = toNodeHandler(hub)
  const { port, url } = await serveHub(hub, around?.(handle) ?? handle)
  const post = (body: string, path = '') =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return { hub, port, url, post }
}

/** A client that is nothing but a socket. */
async function socket(port: number, path = '/events'): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
  await once(socket, 'data')
  return socket
}

/** A client over HTTP/2. */
async function sessionWith(hub: Hub): Promise<ClientHttp2Session> {
  // The compatibility API of HTTP/2 is the same as far as a handler uses it; its types are not.
  const server = createH2Server(toNodeHandler(hub) as never).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connectH2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    session.destroy()
    server.close()
  })
  return session
}

/** The body of a response up to the end of its first event; then the connection is broken. */
async function* firstEvent({ body }: Response): AsyncGenerator<Uint8Array> {
  let text = ''
  for await (const bytes of body ?? []) {
    text += new TextDecoder().decode(bytes)
    const end = text.indexOf('\n\n') + 2
    if (end < 2) continue
    yield new TextEncoder().encode(text.slice(0, end))
    throw new Error('broken')
  }
}

const gone = (hub: Hub): Promise<void> => eventually(() => expect(hub.stats().clients).toBe(0))

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

describe('a stream over a socket', () => {
  it('carries events to a client of ours, which resumes after a break', async () => {
    const responses: ServerResponse[] = []
    const { hub, url } = await serve({}, (handle) => (request, response) => {
      responses.push(response)
      void handle(request, response)
    })
    const recovered: unknown[] = []
    const sse = createHubClient(url, { retry: { initial: 1 }, onOpen: (opened) => recovered.push(opened.recovered) })
    onTestFinished(() => sse.close())
    const heard: unknown[] = []
    sse.subscribe('n', (data) => heard.push(data))
    await eventually(() => expect(hub.stats().clients).toBe(1))
    await hub.publish('n', 1)
    await eventually(() => expect(heard).toEqual([1]))
    responses[0]?.destroy()
    await gone(hub)
    await hub.publish('n', 2)
    await eventually(() => expect(heard).toEqual([1, 2]))
    expect(hub.stats()).toMatchObject({ connections: 2, gaps: 0, endings: { closed: 1 } })
    expect(recovered).toEqual([false, true])
  })

  it('has its gap reported when the connection breaks between the introduction and the gap', async () => {
    const { hub, url } = await serve({ log: memoryLog({ size: 1 }) })
    const gaps: unknown[] = []
    let requests = 0
    const sse = createHubClient(url, {
      retry: { initial: 1 },
      onGap: (gap) => gaps.push(gap),
      // The second response ends behind its first event.
      async fetch(input, init) {
        const response = await fetch(input, init)
        return ++requests === 2
          ? new Response(Readable.toWeb(Readable.from(firstEvent(response))) as ReadableStream, response)
          : response
      },
    })
    onTestFinished(() => sse.close())
    const heard: unknown[] = []
    sse.subscribe('n', (data) => heard.push(data))
    await eventually(() => expect(hub.stats().clients).toBe(1))
    await hub.publish('n', 1)
    await eventually(() => expect(heard).toEqual([1]))
    const { lastEventId: requested } = sse
    sse.disconnect()
    await gone(hub)
    for (const n of [2, 3]) await hub.publish('n', n)
    sse.connect()
    await eventually(() => expect(requests).toBe(3))
    await eventually(() => expect(sse.state.get().status).toBe('open'))
    await hub.publish('n', 4)
    await eventually(() => expect(heard).toEqual([1, 4]))
    expect(gaps).toMatchObject([{ reason: 'expired', requested }])
  })

  it('ends well when the hub closes: the client sees the end of the response', async () => {
    const { hub, url } = await serve()
    const response = await fetch(url)
    const text = response.text()
    await hub.close()
    expect(await text).toMatch(/event: goodbye\ndata: \{"reconnectInMs":0\}\n\n$/)
  })

  it('is noticed to be over, and nothing of it is left', async () => {
    const { hub, port } = await serve()
    const client = await socket(port, '/events?topics=orders')
    expect(hub.stats()).toMatchObject({ clients: 1, topics: 1 })
    client.destroy()
    await gone(hub)
    expect(hub.stats()).toMatchObject({ topics: 0, endings: { closed: 1 } })
  })

  it('leaves nothing if its client leaves while it is being authenticated', async () => {
    let admit = (_: Principal): void => {}
    const admitted = new Promise<Principal>((resolve) => {
      admit = resolve
    })
    const asked = vi.fn(() => admitted)
    const { hub, port } = await serve({ authenticate: asked })
    const client = connect(port, '127.0.0.1')
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await eventually(() => expect(asked).toHaveBeenCalled())
    client.destroy()
    await once(client, 'close')
    admit({})
    await eventually(() => expect(hub.stats().connections).toBe(1))
    await gone(hub)
  })

  it('leaves nothing over HTTP/2 if its client leaves while it is being authenticated', async () => {
    let admit = (_: Principal): void => {}
    const asked = vi.fn(
      () =>
        new Promise<Principal>((resolve) => {
          admit = resolve
        }),
    )
    const hub = createHub({ heartbeat: false, authenticate: asked })
    const session = await sessionWith(hub)
    const stream = session.request({ ':path': '/events' })
    stream.on('error', () => {})
    await eventually(() => expect(asked).toHaveBeenCalled())
    stream.close()
    await once(stream, 'close')
    // Behind the word that the stream is over: when this is answered, the server has heard that too.
    await new Promise((resolve) => session.ping(resolve))
    admit({})
    await eventually(() => expect(hub.stats().connections).toBe(1))
    await gone(hub)
  })

  it('works over HTTP/2', async () => {
    const hub = createHub({ heartbeat: false, canPublish: () => true })
    const session = await sessionWith(hub)
    const stream = session.request({ ':path': '/events?topics=orders' })
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    await eventually(() => expect(text).toContain('event: live'))
    const post = session.request({ ':method': 'POST', ':path': '/events', 'content-type': 'application/json' })
    post.end('{"event":"x","data":1,"topic":"orders"}')
    const [headers] = await once(post, 'response')
    expect(headers[':status']).toBe(200)
    await eventually(() => expect(text).toContain('event: x\ndata: 1\n\n'))
    stream.close()
    await gone(hub)
  })
})

describe('middleware in front of the hub', () => {
  it('may have parsed the body', async () => {
    const { hub, post } = await serve({ canPublish: () => true }, (handle) => async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}')
      await handle(Object.assign(request, { body }), response)
    })
    expect((await post('{"event":"x","data":[1]}')).status).toBe(200)
    expect(hub.stats().published).toBe(1)
  })

  it('may have set an empty body, and left the request to us', async () => {
    const { post } = await serve({ canPublish: () => true }, (handle) => (request, response) => {
      void handle(Object.assign(request, { body: {} }), response)
    })
    expect((await post('{"event":"x"}')).status).toBe(200)
  })

  it('may have taken a prefix off the address', async () => {
    const { hub, port } = await serve(
      { paths: { '/api/sse/:stream/:channel': ':stream.:channel' } },
      (handle) => (request, response) => {
        const originalUrl = request.url
        request.url = '/'
        void handle(Object.assign(request, { originalUrl }), response)
      },
    )
    const client = await socket(port, '/api/sse/orders/eu')
    expect(hub.clients()[0]?.topics).toEqual(['orders.eu'])
    client.destroy()
  })

  it('may have found out who it is', async () => {
    const { hub, port } = await serve(
      {
        authenticate: (request) => ({ userId: incomingMessage<IncomingMessage & { user: string }>(request)?.user }),
      },
      (handle) => (request, response) => void handle(Object.assign(request, { user: 'ada' }), response),
    )
    const client = await socket(port)
    expect(hub.kick({ userId: 'ada' })).toBe(1)
    client.destroy()
    expect(incomingMessage(new Request('http://a'))).toBeUndefined()
  })

  it('is handed what went wrong', async () => {
    const errors: unknown[] = []
    const handle = toNodeHandler({ accept: () => Promise.reject(new Error('broken')) })
    const server = createServer((request, response) => {
      void handle(request, response, (error) => {
        errors.push(error)
        response.writeHead(502).end()
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { status } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(status).toBe(502)
    expect(errors).toEqual([new Error('broken')])
  })

  it('need not be there: what went wrong is reported, and answered', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => reported.mockRestore())
    const server = createServer(toNodeHandler({ accept: () => Promise.reject(new Error('broken')) })).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { status } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(status).toBe(500)
    expect(reported.mock.calls).toEqual([[new Error('broken')]])
  })
})

describe('bad clients', () => {
  it('are cut off at the limit if they send a body without an end', async () => {
    const { port } = await serve({ canPublish: () => true })
    const client = httpRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/events',
      headers: { 'content-type': 'application/json' },
    })
    client.on('error', () => {})
    const answered = once(client, 'response')
    const timer = setInterval(() => client.write('x'.repeat(10_000)), 1)
    onTestFinished(() => {
      clearInterval(timer)
      client.destroy()
    })
    const [response] = (await answered) as [IncomingMessage]
    expect(response.statusCode).toBe(413)
    expect(response.headers.connection).toBe('close')
  })

  it.each([
    ['a header that is no token', 'GET / HTTP/1.1\r\nhost: a\r\nx y: 1\r\n\r\n', /^HTTP\/1.1 400/],
    ['no host', 'GET /events/health HTTP/1.0\r\n\r\n', /^HTTP\/1.1 200/],
    ['a host that is none', 'GET /events/health HTTP/1.1\r\nhost: a b:c\r\n\r\n', /^HTTP\/1.1 400/],
    ['a host with a path in it', 'GET /private HTTP/1.1\r\nhost: a/public/health?\r\n\r\n', /^HTTP\/1.1 400/],
    ['a host with a name and a password', 'GET /events/health HTTP/1.1\r\nhost: u:p@a\r\n\r\n', /^HTTP\/1.1 400/],
    ['a method that is none', 'TRACE /events HTTP/1.1\r\nhost: a\r\n\r\n', /^HTTP\/1.1 400/],
    [
      'an address of another server',
      'GET http://evil.example/events/health HTTP/1.1\r\nhost: a\r\n\r\n',
      /^HTTP\/1.1 200/,
    ],
    ['an address that is no path', 'GET // HTTP/1.1\r\nhost: a\r\norigin: http://a\r\n\r\n', /^HTTP\/1.1 200/],
  ])('do not bring the server down by sending %s', async (_, bytes, expected) => {
    const { port, url } = await serve()
    const client = connect(port, '127.0.0.1')
    onTestFinished(() => void client.destroy())
    client.write(bytes)
    const [answer] = await once(client, 'data')
    expect(`${answer}`).toMatch(expected)
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  it('cost a bounded amount of memory if they never read, and are cut off', async () => {
    // No log: what is measured is what waits for them.
    const { hub, port } = await serve({ log: memoryLog({ size: 0 }), limits: { queueBytes: 1 << 20 } })
    const clients = await Promise.all(Array.from({ length: 10 }, () => socket(port)))
    for (const client of clients) client.pause()
    collectGarbage()
    const before = process.memoryUsage().arrayBuffers
    const payload = 'x'.repeat(100_000)
    let most = 0
    let queued = 0
    // 40 MB for each of ten; without bounds the server would hold most of it.
    for (let n = 0; n < 400; n++) {
      await hub.publish('n', payload)
      // As it would be between two events: sockets have their turn.
      await new Promise(setImmediate)
      queued = Math.max(queued, hub.stats().queue.bytes)
      if (n % 50 === 0) collectGarbage()
      if (n % 50 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    expect(hub.stats()).toMatchObject({ clients: 0, queue: { bytes: 0 }, endings: { overflow: 10 } })
    expect(queued).toBeGreaterThan(0)
    expect(queued).toBeLessThanOrEqual(10 * (1 << 20))
    expect(most).toBeLessThan(40 * 1024 * 1024)
    for (const client of clients) client.destroy()
  })

  it('leave nothing behind if they connect and leave ten thousand times', async () => {
    const { hub, port } = await serve({
      limits: { perUser: 10_000 },
      authenticate: ({ url }) => ({ userId: url, sessionId: url }),
    })
    let opened = 0
    async function visit(): Promise<void> {
      while (opened < 10_000) {
        const client = await socket(port, `/events?topics=t${opened % 100},u&user=${opened++}`)
        // Reset, not closed: ten thousand sockets would wait for their time to be over (TIME_WAIT).
        client.resetAndDestroy()
      }
    }
    await Promise.all(Array.from({ length: 20 }, visit))
    await gone(hub)
    const { connections, endings } = hub.stats()
    expect(connections).toBeGreaterThanOrEqual(10_000)
    expect(endings.closed).toBe(connections)
    expect(hub.stats()).toMatchObject({ users: 0, topics: 0, queue: { events: 0, bytes: 0 } })
    expect(hub.clients()).toEqual([])
  })
})
