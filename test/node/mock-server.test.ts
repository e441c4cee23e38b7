import { once } from 'node:events'
import { createServer, type IncomingMessage, request, ServerResponse } from 'node:http'
import type { Step } from 'headwater/testing/node'
import { createMockServer, type MockServerOptions } from 'headwater/testing/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { listen, urlOf } from '../../testing/http/listen.ts'
import { eventually } from '../support/eventually.ts'

/** A server that is closed with the test. */
async function start(options: MockServerOptions = {}) {
  const server = await createMockServer({ preamble: '', ...options })
  onTestFinished(() => server.close())
  return server
}

const startWith = (...script: Step[][]) => start({ script })

/**
 * Reads an answer to its end, or until it breaks. By Node's client and not by fetch, which drops what it has not handed out
 * when the connection breaks.
 */
async function receive(url: string): Promise<{ body: string; broken: boolean }> {
  const sent = request(url).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  let body = ''
  try {
    for await (const chunk of response) body += chunk
    return { body, broken: false }
  } catch {
    return { body, broken: true }
  }
}

/** What servers have written since: how it arrives is up to TCP, and to how busy this machine is. */
function watchWrites(): () => readonly { chunk: Buffer; at: number }[] {
  const written: { chunk: Buffer; at: number }[] = []
  const { write } = ServerResponse.prototype
  const spy = vi.spyOn(ServerResponse.prototype, 'write').mockImplementation(function (
    this: ServerResponse,
    chunk,
    ...rest
  ) {
    // Not the preamble, which is empty here.
    if (chunk.length) written.push({ chunk: Buffer.from(chunk), at: performance.now() })
    return Reflect.apply(write, this, [chunk, ...rest])
  })
  onTestFinished(() => {
    spy.mockRestore()
  })
  return () => written
}

/** A reader of what a body brings, and how it ends. */
function reading(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  return {
    /** The next chunk; undefined at the end. */
    next: async (): Promise<string | undefined> => (await reader?.read())?.value,
  }
}

/** Not by fetch, which keeps a browser's own headers from being sent. */
function preflight(url: string, headers: Record<string, string>) {
  return new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const sent = request(url, { method: 'OPTIONS', headers }, (response) => {
      resolve({ status: response.statusCode, headers: response.headers })
      response.destroy()
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('a request', () => {
  it('is recorded with all that came', async () => {
    const server = await start()
    const before = Date.now()
    await fetch(`${server.url}/a/b?c=1&d=%20x`, { method: 'POST', headers: { 'X-Own': 'Ä' }, body: '{"q":"注文"}' })
    const [seen] = server.requests
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/a/b?c=1&d=%20x',
      path: '/a/b',
      query: { c: '1', d: ' x' },
      headers: { 'x-own': 'Ä', host: `127.0.0.1:${server.port}`, 'content-type': 'text/plain;charset=UTF-8' },
      lastEventId: '',
      body: '{"q":"注文"}',
    })
    expect(seen?.at).toBeGreaterThanOrEqual(before)
    expect(seen?.at).toBeLessThanOrEqual(Date.now())
  })

  it.each<[what: string, path: string, headers: Record<string, string>, id: string]>([
    ['its header, whose bytes are UTF-8', '/', { 'last-event-id': 'æ³¨' }, '注'],
    ['its query', '/?lastEventId=%E6%B3%A8', {}, '注'],
    ['its header before its query', '/?lastEventId=1', { 'last-event-id': '2' }, '2'],
  ])('shows the last event id from %s', async (_, path, headers, id) => {
    const server = await start()
    await fetch(server.url + path, { headers })
    expect(server.requests[0]?.lastEventId).toBe(id)
  })

  it('may have a path that begins with two slashes', async () => {
    const server = await start()
    await fetch(`${server.url}//double/path?a=1`)
    expect(server.requests).toMatchObject([{ url: '//double/path?a=1', path: '//double/path', query: { a: '1' } }])
  })

  it('is none if it breaks off in its body', async () => {
    const server = await start()
    const sent = request(server.url, { method: 'POST', headers: { 'content-length': '10' } })
    const broken = new Promise((resolve) => sent.on('error', resolve))
    sent.write('abc', () => sent.destroy())
    await broken
    await fetch(server.url)
    expect(server.requests).toHaveLength(1)
  })

  it('is answered with a stream on every path', async () => {
    const server = await start()
    for (const path of ['/', '/events', '/a/b/c?d']) {
      const { status, headers } = await fetch(server.url + path)
      expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    }
    expect(server.connections.map(({ request }) => request.path)).toEqual(['/', '/events', '/a/b/c'])
  })

  it('is over when its client leaves', async () => {
    const server = await start()
    const controller = new AbortController()
    await fetch(server.url, { signal: controller.signal })
    const { closed } = await server.connected()
    controller.abort()
    await closed
    expect(server.connections).toHaveLength(0)
  })
})

describe('a script', () => {
  it('opens late, with headers of its own', async () => {
    const server = await startWith([{ open: { delay: 80, headers: { 'x-sse-heartbeat': '5000' } } }])
    const before = performance.now()
    const { headers } = await fetch(server.url)
    expect(performance.now() - before).toBeGreaterThan(75)
    expect(headers.get('x-sse-heartbeat')).toBe('5000')
    expect(headers.get('content-type')).toBe('text/event-stream')
  })

  it('sends the headers at once, whatever it opens', async () => {
    const server = await startWith([{ open: { headers: { 'content-type': 'text/html' } } }])
    expect((await fetch(server.url)).headers.get('content-type')).toBe('text/html')
    expect(server.connections).toHaveLength(1)
  })

  it('sends raw chunks one by one, wherever they are cut', async () => {
    const bytes = new TextEncoder().encode('data: 注\n\n')
    const chunks = [bytes.subarray(0, 7), bytes.subarray(7, 8), bytes.subarray(8)]
    const server = await startWith([
      { raw: ['data: a\n', '\n', 'da'] },
      { raw: 'ta: b\n\n' },
      { raw: chunks },
      { end: true },
    ])
    const written = watchWrites()
    expect(await receive(server.url)).toEqual({ body: 'data: a\n\ndata: b\n\ndata: 注\n\n', broken: false })
    expect(written().map(({ chunk }) => chunk)).toEqual(
      ['data: a\n', '\n', 'da', 'ta: b\n\n', ...chunks].map((chunk) => Buffer.from(chunk)),
    )
  })

  it('breaks in the middle of an event: the body fails after what has arrived', async () => {
    const server = await startWith([{ send: { data: 1 } }, { raw: 'data: ha' }, { drop: true }])
    expect(await receive(server.url)).toEqual({ body: 'data: 1\n\ndata: ha', broken: true })
  })

  it('breaks before the headers: the request fails', async () => {
    const server = await startWith([{ drop: true }])
    await expect(fetch(server.url)).rejects.toThrow(TypeError)
    expect(server.requests).toHaveLength(1)
  })

  it('stalls: nothing arrives any more until the connection breaks', async () => {
    const server = await startWith([{ send: { data: 1 } }, { stall: true }, { send: { data: 2 } }, { drop: true }], [])
    expect(await receive(server.url)).toEqual({ body: 'data: 1\n\n', broken: true })

    const { next } = reading(await fetch(server.url))
    server.stall()
    server.send('tick', 1)
    expect(server.connections).toHaveLength(1)
    server.drop()
    await expect(next()).rejects.toThrow(TypeError)
  })

  it('ends: the body ends well', async () => {
    const server = await startWith([{ send: { data: 1 } }, { end: true }])
    expect(await (await fetch(server.url)).text()).toBe('data: 1\n\n')
  })

  it('sends a request elsewhere', async () => {
    const server = await startWith([{ redirect: '/b?c=1' }], [{ redirect: '/d', status: 303 }])
    await fetch(`${server.url}/a`, { method: 'POST', body: 'x' })
    expect(server.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/a', 'x'],
      ['POST', '/b?c=1', 'x'],
      ['GET', '/d', ''],
    ])
  })

  it('answers with another content type, or not at all with a stream', async () => {
    const html = { 'content-type': 'text/html' }
    const server = await startWith(
      [{ open: { headers: html } }, { end: true }],
      [{ refuse: { status: 200, headers: html, body: '<p>' } }],
    )
    server.refuse(503, { times: 2, headers: { 'retry-after': '7' }, body: 'busy' })
    const answers: unknown[] = []
    for (let i = 0; i < 4; i++) {
      const response = await fetch(server.url)
      const { status, headers } = response
      answers.push([status, headers.get('content-type'), headers.get('retry-after'), await response.text()])
    }
    expect(answers).toEqual([
      [200, 'text/html', null, ''],
      [200, 'text/html', null, '<p>'],
      [503, 'text/plain', '7', 'busy'],
      [503, 'text/plain', '7', 'busy'],
    ])
    expect(server.connections).toHaveLength(0)
  })

  it('sends a retry field', async () => {
    const server = await startWith([{ retry: 2500 }, { end: true }])
    expect(await (await fetch(server.url)).text()).toBe('retry: 2500\n\n')
  })

  it('waits between events', async () => {
    const server = await startWith([{ send: { data: 1 } }, { wait: 80 }, { send: { data: 2 } }])
    const written = watchWrites()
    const stream = reading(await fetch(server.url))
    await eventually(() => expect(written()).toHaveLength(2))
    const [first, second] = written()
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(75)
    await stream.next()
  })
})

describe('the preamble', () => {
  it('is a line end before all else, unless the options name another', async () => {
    for (const [options, expected] of [
      [{}, '\ndata: 1\n\n'],
      [{ preamble: ': hi\n\n' }, ': hi\n\ndata: 1\n\n'],
      [{ preamble: '' }, 'data: 1\n\n'],
    ] as const) {
      await using server = await createMockServer({ ...options, script: [[{ send: { data: 1 } }, { end: true }]] })
      expect(await (await fetch(server.url)).text()).toBe(expected)
    }
  })

  it('goes before event streams alone', async () => {
    await using server = await createMockServer()
    server.refuse(500, { body: 'oops' })
    expect(await (await fetch(server.url)).text()).toBe('oops')
  })
})

describe('CORS', () => {
  const ASKED = {
    origin: 'https://app.test',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,x-own',
  }

  it('answers and counts preflights, which are no requests', async () => {
    const server = await start()
    const answer = await preflight(server.url, ASKED)
    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.test',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization,x-own',
    })
    expect(server.preflights).toBe(1)
    expect(server.requests).toEqual([])
  })

  it('lets every origin read the answer, refused ones too', async () => {
    const server = await startWith([], [{ refuse: { status: 503 } }])
    for (const status of [200, 503]) {
      const response = await fetch(server.url, { headers: { origin: 'https://app.test' } })
      expect(response.status).toBe(status)
      expect(response.headers.get('access-control-allow-origin')).toBe('https://app.test')
      expect(response.headers.get('access-control-expose-headers')).toContain('retry-after')
    }
    expect((await fetch(server.url)).headers.get('access-control-allow-origin')).toBe('*')
  })

  it('false sends not one CORS header, so that every preflight fails', async () => {
    const server = await start({ cors: false })
    const answers = [
      Object.keys((await preflight(server.url, ASKED)).headers),
      [...(await fetch(server.url, { headers: { origin: 'https://app.test' } })).headers.keys()],
    ]
    expect(answers.flat().filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(server.preflights).toBe(0)
  })
})

describe('the port', () => {
  it('is a free one, unless the options name another', async () => {
    const [a, b] = [await start(), await start({ port: 0 })]
    expect(a.port).toBeGreaterThan(0)
    expect(b.port).not.toBe(a.port)
    expect(a.url).toBe(`http://127.0.0.1:${a.port}`)
    const { port } = a
    await a.close()
    expect((await start({ port })).url).toBe(`http://127.0.0.1:${port}`)
  })

  it('is an error if it is taken, and the error names a way out', async () => {
    const { port } = await start()
    const error = await createMockServer({ port }).catch((error: unknown) => error)
    expect(error).toMatchObject({
      message: `port ${port} is in use: take another, or 0 for a free one`,
      code: 'EADDRINUSE',
      cause: { code: 'EADDRINUSE', syscall: 'listen' },
    })
  })
})

describe('the host', () => {
  it.each<[host: string, url: string]>([
    ['127.0.0.1', 'http://127.0.0.1'],
    ['localhost', 'http://localhost'],
    ['0.0.0.0', 'http://127.0.0.1'],
  ])('%s is reached at %s', async (host, url) => {
    const server = await start({ host })
    expect(server.url).toBe(`${url}:${server.port}`)
    expect((await fetch(server.url)).status).toBe(200)
    expect((await fetch(`http://localhost:${server.port}`)).status).toBe(200)
  })

  it.each<[host: string, url: string]>([
    ['::', 'http://[::1]:8080'],
    ['::1', 'http://[::1]:8080'],
    ['fe80::1', 'http://[fe80::1]:8080'],
    ['192.168.1.5', 'http://192.168.1.5:8080'],
  ])('%s would be reached at %s', (host, url) => {
    expect(urlOf(host, 8080)).toBe(url)
  })

  it('is an error if it is not this machine', async () => {
    const host = '192.0.2.1'
    await expect(createMockServer({ host })).rejects.toThrow(
      expect.objectContaining({
        code: expect.any(String),
        message: expect.stringMatching(`^${host} is no address of this machine: 127.0.0.1 is for this machine alone`),
      }),
    )
  })

  it.each<[code: string, said: string]>([
    ['EACCES', 'port 80 needs privileges here: take one above 1023, or 0 for a free one'],
    [
      'ENOTFOUND',
      'nowhere.test is no address of this machine: 127.0.0.1 is for this machine alone, 0.0.0.0 for all its networks',
    ],
    ['EMFILE', 'cannot listen on nowhere.test, port 80: what the system said'],
  ])('is an error in words if it cannot be listened on: %s', async (code, said) => {
    const cause = Object.assign(new Error('what the system said'), { code })
    const server = createServer()
    vi.spyOn(server, 'listen').mockImplementation(() => {
      queueMicrotask(() => server.emit('error', cause))
      return server
    })
    await expect(listen(server, 80, 'nowhere.test')).rejects.toThrow(
      expect.objectContaining({ message: said, code, cause }),
    )
  })
})

it('wrong options are named before anything listens', async () => {
  await expect(createMockServer({ port: 70_000 })).rejects.toThrow(
    new TypeError('port expects a whole number from 0 to 65535, got 70000'),
  )
  const script = [{ sned: {} }] as unknown as Step[]
  await expect(createMockServer({ script })).rejects.toThrow('script, step 1: {"sned":{}} is no step')
})

describe('routes', () => {
  const routes = { '/api/jobs': [{ send: { data: 'job' } }, { end: true }] } as const

  it('have a script each, whatever the query, and all other paths share one', async () => {
    const server = await start({ routes, script: [{ send: { data: 'other' } }, { end: true }] })
    const answers: string[] = []
    for (const path of ['/api/jobs?a=1', '/api/jobs/', '/', '/api/jobs'])
      answers.push(await (await fetch(server.url + path)).text())
    expect(answers).toEqual(['data: "job"\n\n', 'data: "other"\n\n', 'data: "other"\n\n', 'data: "job"\n\n'])
    expect(server.requests).toHaveLength(4)
    expect(server.route('/api/jobs').requests).toHaveLength(2)
  })

  it('are driven alone, or all together', async () => {
    const server = await start({ routes: { '/a': [], '/b': [] } })
    const answers = Promise.all([receive(`${server.url}/a`), receive(`${server.url}/b`)])
    await server.route('/a').connected()
    await server.route('/b').connected()
    await server.route<{ tick: number }>('/a').send('tick', 1)
    await server.comment('all')
    await server.end()
    expect(await answers).toMatchObject([{ body: 'event: tick\ndata: 1\n\n: all\n\n' }, { body: ': all\n\n' }])
  })

  it('are an error if they do not exist', async () => {
    const server = await start({ routes })
    expect(() => server.route('/api/job')).toThrow('there is no route /api/job; there are: /api/jobs')
  })
})

describe('perform()', () => {
  it('does steps to every open stream, and returns how many it reached', async () => {
    const server = await start({ routes: { '/a': [] } })
    const answers = [await fetch(`${server.url}/a`), await fetch(server.url)]
    expect(await server.perform({ raw: 'a' }, { wait: 1 }, { raw: 'b' }, { end: true })).toBe(2)
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['ab', 'ab'])
  })

  it('refuses what answers a request', async () => {
    const server = await start()
    await expect(server.perform({ refuse: { status: 503 } })).rejects.toThrow(
      new TypeError('{"refuse":{"status":503}} answers a request: put it into a script, for the next one'),
    )
  })
})

describe('onActivity', () => {
  it('reports each request, its answer and its end', async () => {
    const told: unknown[] = []
    const server = await start({
      script: [[{ end: true }], [{ refuse: { status: 503 } }], [{ drop: true }], []],
      onActivity({ request, ...what }) {
        told.push({ path: request.path, ...what })
      },
    })
    const ends = async (count: number): Promise<void> =>
      eventually(() => expect(told.filter((what) => Object(what).type === 'end')).toHaveLength(count))
    await (await fetch(`${server.url}/a`)).text()
    await ends(1)
    await (await fetch(`${server.url}/b`)).text()
    await ends(2)
    await expect(fetch(`${server.url}/c`)).rejects.toThrow(TypeError)
    await ends(3)
    const controller = new AbortController()
    await fetch(`${server.url}/d`, { signal: controller.signal })
    await fetch(`${server.controlUrl}`)
    controller.abort()
    await ends(4)
    expect(told).toEqual([
      { path: '/a', type: 'request' },
      { path: '/a', type: 'response', status: 200, isStream: true },
      { path: '/a', type: 'end', by: 'server' },
      { path: '/b', type: 'request' },
      { path: '/b', type: 'response', status: 503, isStream: false },
      { path: '/b', type: 'end', by: 'server' },
      { path: '/c', type: 'request' },
      { path: '/c', type: 'end', by: 'server' },
      { path: '/d', type: 'request' },
      { path: '/d', type: 'response', status: 200, isStream: true },
      { path: '/d', type: 'end', by: 'client' },
    ])
  })

  it('is reported when it throws, and the request is answered all the same', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    onTestFinished(() => void vi.unstubAllGlobals())
    const error = new Error('no disk')
    const server = await start({
      script: [[{ raw: 'a' }, { end: true }]],
      onActivity() {
        throw error
      },
    })
    expect(await (await fetch(server.url)).text()).toBe('a')
    await eventually(() => expect(reported.mock.calls).toEqual([[error], [error], [error]]))
  })
})

describe('close()', () => {
  it('breaks the open streams and ends scripts that wait at once', async () => {
    const server = await startWith(
      [{ send: { data: 1 } }, { wait: 3_600_000 }, { send: { data: 2 } }],
      [{ open: { delay: 3_600_000 } }],
    )
    const { next } = reading(await fetch(server.url))
    expect(await next()).toBe('data: 1\n\n')
    const { closed } = await server.connected()
    const held = fetch(server.url).catch((error: unknown) => error)
    await eventually(() => expect(server.requests).toHaveLength(2))
    // No timer runs from here on: what waits for one waits for ever.
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    await server.close()
    await closed
    await expect(next()).rejects.toThrow(TypeError)
    expect(await held).toBeInstanceOf(TypeError)
    expect(server.connections).toHaveLength(0)
    await expect(fetch(server.url)).rejects.toThrow(TypeError)
  })

  it('does no harm the second time, and is what `await using` does', async () => {
    await using server = await createMockServer()
    await server.close()
    await server.close()
    await expect(fetch(server.url)).rejects.toThrow(TypeError)
  })
})
