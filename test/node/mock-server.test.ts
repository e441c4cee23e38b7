import { request } from 'node:http'
import type { Step } from 'headwater/testing/node'
import { createMockServer, type MockServerOptions } from 'headwater/testing/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

/** A server that is closed with the test. */
async function start(options: MockServerOptions = {}) {
  const server = await createMockServer({ preamble: '', ...options })
  onTestFinished(() => server.close())
  return server
}

const startWith = (...script: Step[][]) => start({ script })

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
  ])('tells the last event id from %s', async (_, path, headers, id) => {
    const server = await start()
    await fetch(server.url + path, { headers })
    expect(server.requests[0]?.lastEventId).toBe(id)
  })

  it('may have a path that begins with two slashes', async () => {
    const server = await start()
    await fetch(`${server.url}//double/path?a=1`)
    expect(server.requests).toMatchObject([{ url: '//double/path?a=1', path: '//double/path', query: { a: '1' } }])
  })

  it('that breaks off in its body is none', async () => {
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
    const arrived: string[] = []
    const reader = (await fetch(server.url)).body?.getReader()
    for (let read = await reader?.read(); read?.value; read = await reader?.read())
      arrived.push(Buffer.from(read.value).toString('latin1'))
    expect(arrived).toEqual([
      ...['data: a\n', '\n', 'da', 'ta: b\n\n'],
      ...chunks.map((chunk) => Buffer.from(chunk).toString('latin1')),
    ])
  })

  it('breaks in the middle of an event: the body fails after what has arrived', async () => {
    const server = await startWith([{ send: { data: 1 } }, { raw: 'data: ha' }, { drop: true }])
    const { next } = reading(await fetch(server.url))
    expect([await next(), await next()]).toEqual(['data: 1\n\n', 'data: ha'])
    await expect(next()).rejects.toThrow(TypeError)
  })

  it('breaks before the headers: the request fails', async () => {
    const server = await startWith([{ drop: true }])
    await expect(fetch(server.url)).rejects.toThrow(TypeError)
    expect(server.requests).toHaveLength(1)
  })

  it('stalls: nothing arrives any more until the line breaks', async () => {
    const server = await startWith([{ send: { data: 1 } }, { stall: true }, { send: { data: 2 } }, { drop: true }], [])
    const scripted = reading(await fetch(server.url))
    expect(await scripted.next()).toBe('data: 1\n\n')
    await expect(scripted.next()).rejects.toThrow(TypeError)

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
    const { next } = reading(await fetch(server.url))
    await next()
    const before = performance.now()
    expect(await next()).toBe('data: 2\n\n')
    expect(performance.now() - before).toBeGreaterThan(60)
  })
})

describe('the preamble', () => {
  it('is a line end before all else, unless it is told otherwise', async () => {
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

describe('with CORS', () => {
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
  it('is a free one, unless it is told otherwise', async () => {
    const [a, b] = [await start(), await start({ port: 0 })]
    expect(a.port).toBeGreaterThan(0)
    expect(b.port).not.toBe(a.port)
    expect(a.url).toBe(`http://127.0.0.1:${a.port}`)
    const { port } = a
    await a.close()
    expect((await start({ port })).url).toBe(`http://127.0.0.1:${port}`)
  })

  it('that is taken is said', async () => {
    const { port } = await start()
    await expect(createMockServer({ port })).rejects.toThrow(
      expect.objectContaining({ code: 'EADDRINUSE', message: expect.stringContaining(`127.0.0.1:${port}`) }),
    )
  })
})

describe('close()', () => {
  it('breaks the open streams and lets go at once of scripts that wait', async () => {
    const server = await startWith(
      [{ send: { data: 1 } }, { wait: 3_600_000 }, { send: { data: 2 } }],
      [{ open: { delay: 3_600_000 } }],
    )
    const { next } = reading(await fetch(server.url))
    expect(await next()).toBe('data: 1\n\n')
    const { closed } = await server.connected()
    const held = fetch(server.url).catch((error: unknown) => error)
    await vi.waitFor(() => expect(server.requests).toHaveLength(2))
    const before = performance.now()
    await server.close()
    await closed
    await expect(next()).rejects.toThrow(TypeError)
    expect(await held).toBeInstanceOf(TypeError)
    expect(performance.now() - before).toBeLessThan(1000)
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
