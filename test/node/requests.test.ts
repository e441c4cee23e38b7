import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect as connectH2, createServer as createH2Server, type OutgoingHttpHeaders } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { createHub, type HubOptions, refuse } from 'headwater/server'
import { type NodeHandlerOptions, toNodeHandler } from 'headwater/server/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHub } from '../support/serving.ts'

/*
 * What comes over a socket that no browser sends: nonsense, pipelined requests, and principals that middleware has found.
 */

async function serve(options: HubOptions = {}, handler: NodeHandlerOptions<never> = {}) {
  const hub = createHub({ heartbeat: false, ...options })
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
  // The hub is closed before this: what is registered last runs first.
  onTestFinished(() => reported.mockRestore())
  return { hub, reported, ...(await serveHub(hub, toNodeHandler(hub, handler))) }
}

/** Sends bytes as they are. What comes back is collected. */
function send(port: number, bytes: string) {
  const socket = connect(port, '127.0.0.1')
  const answer = { socket, text: '', closed: false }
  socket.on('error', () => {})
  socket.on('close', () => {
    answer.closed = true
  })
  socket.on('data', (chunk) => {
    answer.text += chunk
  })
  socket.write(bytes)
  onTestFinished(() => void socket.destroy())
  return answer
}

const GET = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nhost: a\r\n${more}\r\n`
const statuses = (text: string): number[] =>
  Array.from(text.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status))

describe('a request line over HTTP/1.1', () => {
  it.each<[what: string, bytes: string, status: number]>([
    ['credentials in its target', 'GET http://u:secret@a/events/health HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['a name in its target', 'GET http://u@a/events/health HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['a target that is no address', 'GET http:// HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['a target of another scheme', 'GET ftp://a/events HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['a target that is an asterisk', 'OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['a host that is empty', 'GET /events/health HTTP/1.1\r\nhost:\r\n\r\n', 400],
    ['a host with a space', 'GET /events/health HTTP/1.1\r\nhost: a b\r\n\r\n', 400],
    ['a host with a path', 'GET /events/health HTTP/1.1\r\nhost: a/b\r\n\r\n', 400],
    ['a host with credentials', 'GET /events/health HTTP/1.1\r\nhost: u:secret@a\r\n\r\n', 400],
    ['a host with a port that is none', 'GET /events/health HTTP/1.1\r\nhost: a:99999\r\n\r\n', 400],
    ['the method TRACE', 'TRACE /events HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['the method PATCH', 'PATCH /events HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n', 405],
    ['the method DELETE', 'DELETE /events HTTP/1.1\r\nhost: a\r\n\r\n', 405],
    ['a path with two slashes', 'GET //evil.example/health HTTP/1.1\r\nhost: a\r\n\r\n', 200],
    ['a path with odd escapes', 'GET /events/%E0%A4%A/health HTTP/1.1\r\nhost: a\r\n\r\n', 200],
    ['a body that is none', 'POST /events HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n', 415],
  ])('answers a request over HTTP/1.1 that has %s with JSON, or as it should', async (_, bytes, status) => {
    const { port, reported } = await serve()
    const answer = send(port, bytes)
    await eventually(() => expect(answer.text).toContain('}'))
    expect(statuses(answer.text)).toEqual([status])
    expect(answer.text).toMatch(/^content-type: application\/json\r$/im)
    if (status >= 400) expect(answer.text).toMatch(/\{"error":\{"code":"[a-z-]+","message":"[^"].*"\}\}$/)
    expect(answer.text).not.toMatch(/secret|node_modules|\.ts\b/)
    expect(reported).not.toHaveBeenCalled()
  })

  it('for …/health may be HEAD, and has no body', async () => {
    const { port } = await serve()
    const answer = send(port, `HEAD /events/health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)
    await eventually(() => expect(answer.closed).toBe(true))
    expect(answer.text).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer.text).toMatch(/\r\n\r\n$/)
  })

  it('for …/stats may be HEAD, and is answered as GET is, without the body', async () => {
    const { url } = await serve()
    const answer = await fetch(`${url}/stats`, { method: 'HEAD' })
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'application/json',
      '',
    ])
    const refused = await serve({ canReadStats: () => false })
    expect((await fetch(`${refused.url}/stats`, { method: 'HEAD' })).status).toBe(403)
  })

  it('for a stream may not be HEAD, and takes no place', async () => {
    const { hub, url } = await serve()
    const answer = await fetch(url, { method: 'HEAD' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS'])
    expect(hub.stats().connections).toBe(0)
  })

  it('answers 500 with JSON when the hub fails, without the error', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => reported.mockRestore())
    const server = createServer(toNodeHandler({ accept: () => Promise.reject(new Error('secret')) })).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(answer.status).toBe(500)
    expect(await answer.json()).toEqual({ error: { code: 'internal', message: 'the server has failed' } })
  })
})

describe('a request line over HTTP/2', () => {
  // Undefined: HTTP/2 itself lets it through to no handler.
  it.each<[what: string, headers: OutgoingHttpHeaders, status: number | undefined]>([
    ['the method gET', { ':method': 'gET', ':path': '/events/health' }, 400],
    ['the method get', { ':method': 'get', ':path': '/events/health' }, 400],
    ['the method TRACE', { ':method': 'TRACE', ':path': '/events/health' }, 400],
    ['the method TRACK', { ':method': 'TRACK', ':path': '/events/health' }, 400],
    ['a method with a space', { ':method': 'G T', ':path': '/events/health' }, undefined],
    ['the method PUT', { ':method': 'PUT', ':path': '/events' }, 405],
    ['the method HEAD', { ':method': 'HEAD', ':path': '/events/health' }, 200],
    ['an authority with a path', { ':authority': 'a/b', ':path': '/events/health' }, undefined],
    ['an authority with credentials', { ':authority': 'u:secret@a', ':path': '/events/health' }, undefined],
    ['an authority with a space', { ':authority': 'a b', ':path': '/events/health' }, undefined],
    ['a path that is an address with credentials', { ':path': 'http://u:secret@a/events/health' }, undefined],
    ['a path that is an asterisk', { ':method': 'OPTIONS', ':path': '*' }, 400],
    ['a path of another scheme', { ':path': 'data:,x' }, undefined],
    ['two slashes', { ':path': '//health' }, 200],
  ])('answers a request over HTTP/2 that has %s as it should', async (_, headers, status) => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
    const hub = createHub({ heartbeat: false })
    const server = createH2Server(toNodeHandler(hub) as never).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = connectH2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => {
      session.destroy()
      server.close()
      reported.mockRestore()
    })
    const stream = session.request(headers, { endStream: true })
    const answer: { status?: unknown; text: string } = { text: '' }
    stream.on('response', (head) => {
      answer.status = head[':status']
    })
    stream.on('error', () => {})
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      answer.text += chunk
    })
    await once(stream, 'close').catch(() => {})
    expect(answer.status).toBe(status)
    if (status && status >= 400) expect(JSON.parse(answer.text)).toMatchObject({ error: { code: expect.any(String) } })
    expect(answer.text).not.toMatch(/secret/)
    expect(reported).not.toHaveBeenCalled()
  })
})

describe('requests that are pipelined on one socket', () => {
  it('take one place for one stream, though 400 are asked for', async () => {
    const { hub, port, url } = await serve({ limits: { clients: 10 } })
    const answer = send(port, GET('/events').repeat(400))
    await eventually(() => expect(answer.closed).toBe(true))
    expect(hub.stats().connections).toBeLessThanOrEqual(1)
    await eventually(() => expect(hub.stats().clients).toBe(0))
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  it('wait behind a stream, and are admitted when that has ended', async () => {
    const { hub, port } = await serve()
    const answer = send(port, GET('/events?topics=first') + GET('/events/health') + GET('/events?topics=second'))
    await eventually(() => expect(answer.text).toContain('event: live'))
    expect(hub.clients().map(({ topics }) => topics)).toEqual([['first']])
    expect(hub.kick({ clientId: `${hub.clients()[0]?.clientId}` })).toBe(1)
    await eventually(() => expect(hub.clients().map(({ topics }) => topics)).toEqual([['second']]))
    expect(statuses(answer.text)).toEqual([200, 200, 200])
    expect(answer.text).toContain('{"status":"ok"}')
  })

  it('ask nobody who they are before it is their turn', async () => {
    const authenticate = vi.fn(() => ({}))
    const { port } = await serve({ authenticate })
    const answer = send(port, GET('/events').repeat(5))
    await eventually(() => expect(answer.text).toContain('event: live'))
    expect(authenticate).toHaveBeenCalledTimes(1)
  })

  it('leave nothing behind if their socket closes while they wait', async () => {
    const { hub, port } = await serve()
    const answer = send(port, GET('/events').repeat(10))
    await eventually(() => expect(hub.stats().clients).toBe(1))
    answer.socket.destroy()
    await eventually(() => expect(hub.stats().clients).toBe(0))
    expect(hub.stats().connections).toBe(1)
  })

  it('are answered in order if none of them is a stream', async () => {
    const { port } = await serve({ canPublish: () => true })
    const post =
      'POST /events HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{"event":"x"}'
    const answer = send(
      port,
      [GET('/events/health'), post, 'DELETE /events HTTP/1.1\r\nhost: a\r\n\r\n', GET('/events/stats')].join(''),
    )
    await eventually(() => expect(answer.text).toContain('"uptime"'))
    expect(statuses(answer.text)).toEqual([200, 200, 405, 200])
    expect(answer.text).toContain('"delivered":0')
  })
})

describe('a principal that middleware has found', () => {
  const ADA = { userId: 'ada' }

  it('is let in, sync or async, and authenticate is not asked', async () => {
    const authenticate = vi.fn(() => null)
    for (const principal of [() => ADA, async () => ADA]) {
      const { hub, url } = await serve({ authenticate }, { principal })
      const response = await fetch(url)
      expect(response.status).toBe(200)
      expect(hub.kick(ADA)).toBe(1)
      await response.text()
    }
    expect(authenticate).not.toHaveBeenCalled()
  })

  it('is found with the request that the framework has made', async () => {
    const seen: unknown[] = []
    const { url } = await serve(
      {},
      { principal: (request: IncomingMessage) => void seen.push(request.url) as undefined },
    )
    expect((await fetch(url)).status).toBe(401)
    expect(seen).toEqual(['/events'])
  })

  it('is nobody if it is null, and is asked for by authenticate if it is undefined', async () => {
    const nobody = await serve({ authenticate: () => ADA }, { principal: () => null })
    expect((await fetch(`${nobody.url}/stats`)).status).toBe(401)
    const other = await serve({ authenticate: () => ADA }, { principal: () => undefined })
    expect((await fetch(`${other.url}/stats`)).status).toBe(200)
  })

  it('is an error if it is no principal, and lets nobody in', async () => {
    const onError = vi.fn()
    const { url } = await serve({ onError }, { principal: () => true as never })
    expect((await fetch(url)).status).toBe(500)
    expect(onError.mock.calls).toEqual([[expect.any(TypeError), 'principal']])
  })

  it('may be refused with a code of its own', async () => {
    const { url } = await serve({}, { principal: () => refuse({ status: 402, code: 'unpaid', message: 'pay first' }) })
    const answer = await fetch(url)
    expect([answer.status, await answer.json()]).toEqual([402, { error: { code: 'unpaid', message: 'pay first' } }])
  })

  it('may be refused with a Response, with all its cookies and bytes', async () => {
    const bytes = new Uint8Array([0, 255, 128])
    const headers = new Headers([
      ['set-cookie', 'a='],
      ['set-cookie', 'b='],
    ])
    const { url } = await serve({ authenticate: () => new Response(bytes, { status: 403, headers }) })
    const answer = await fetch(url)
    expect(answer.status).toBe(403)
    expect(answer.headers.getSetCookie()).toEqual(['a=', 'b='])
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes)
  })

  it.each([{ principle: () => ADA }, { principal: ADA }, 7])('cannot be said by %o', (options) => {
    expect(() => toNodeHandler(createHub(), options as never)).toThrow(expect.objectContaining({ code: 'options' }))
  })
})
