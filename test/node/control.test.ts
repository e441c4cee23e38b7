import { once } from 'node:events'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { createMockStream } from 'headwater/testing'
import { createMockServer, type MockServerOptions } from 'headwater/testing/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { control } from '../../testing/control/control.ts'
import type { Controlled } from '../../testing/control/operations.ts'
import { eventually } from '../support/eventually.ts'
import { reading } from '../support/reading.ts'

/** A server that is closed with the test, and what asks its control endpoint. */
async function start(options: MockServerOptions = {}) {
  const server = await createMockServer({ preamble: '', ...options })
  onTestFinished(() => server.close())

  /** Asks over HTTP. @param body - Sent as JSON, or as it is if it is a string. */
  async function ask(call: string, body?: unknown) {
    const response = await fetch(`${server.controlUrl}${call}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  return { server, ask, open: (path = '/', init?: RequestInit) => reading(fetch(server.url + path, init)) }
}

/** Not by fetch, which keeps a browser's own headers from being sent. */
async function send(url: string, method: string, headers: OutgoingHttpHeaders, body?: string) {
  const sent = request(url, { method, headers })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

/** Timers by how many milliseconds they are set to; waits until one has been set, or cleared. */
function watchTimers() {
  const set = vi.spyOn(globalThis, 'setTimeout')
  const cleared = vi.spyOn(globalThis, 'clearTimeout')
  onTestFinished(() => {
    vi.restoreAllMocks()
  })
  const placeOf = (ms: number): number => set.mock.calls.findIndex((call) => call[1] === ms)
  const timerOf = (ms: number): unknown => set.mock.results[placeOf(ms)]?.value
  return {
    isSet: (ms: number) => eventually(() => expect(timerOf(ms)).toBeDefined()),
    isCleared: (ms: number) => eventually(() => expect(cleared).toHaveBeenCalledWith(timerOf(ms))),
    /** Its time has come. */
    fire: (ms: number) => set.mock.calls[placeOf(ms)]?.[0](),
  }
}

describe('GET /__mock', () => {
  it('shows the requests so far and the streams that are open', async () => {
    const { server, ask, open } = await start()
    await open('/events?a=1', { headers: { 'last-event-id': '7', authorization: 'Bearer t' } })
    server.refuse(503)
    await open('/events', { method: 'POST', body: '{"q":1}' })
    const { status, headers, body } = await ask('')
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(body).toEqual({
      url: server.url,
      requests: server.requests,
      connections: [
        { method: 'GET', path: '/events', query: { a: '1' }, lastEventId: '7', at: server.requests[0]?.at },
      ],
    })
    expect(body.requests).toMatchObject([{ headers: { authorization: 'Bearer t' } }, { body: '{"q":1}' }])
  })

  it('is no request itself, and no stream', async () => {
    const { server, ask } = await start()
    for (const call of ['', '/', '/requests', '/closed', '/connected?timeout=0', '/nothing']) await ask(call)
    for (const call of ['', '/'])
      expect((await ask(call)).body).toEqual({ url: server.url, requests: [], connections: [] })
    expect(server.requests).toEqual([])
  })

  it('is for people too: several lines, and one at the end', async () => {
    const { server } = await start()
    expect(await (await fetch(`${server.url}/__mock`)).text()).toBe(
      `{\n  "url": "${server.url}",\n  "requests": [],\n  "connections": []\n}\n`,
    )
  })
})

describe('POST /__mock/script', () => {
  it.each<[what: string, body: unknown, answers: unknown[]]>([
    ['a step', { refuse: { status: 503 } }, [503, 200]],
    ['a list of steps', [{ open: { delay: 1 } }, { end: true }], [200, 200]],
    ['a list of lists', [[{ refuse: { status: 503 } }], [], [{ refuse: { status: 500 } }]], [503, 200, 500, 200]],
  ])('takes %s for the next requests', async (_, body, statuses) => {
    const { ask, open } = await start()
    expect(await ask('/script', body)).toMatchObject({ status: 200, body: { scripts: statuses.length - 1 } })
    const seen: number[] = []
    for (const _ of statuses) seen.push((await open()).status)
    expect(seen).toEqual(statuses)
  })

  it('takes an empty list for a stream that is left open, ahead of what else would be done', async () => {
    const { server, ask, open } = await start({ script: [{ refuse: { status: 503 } }] })
    expect((await ask('/script', [])).body).toEqual({ scripts: 1 })
    expect([(await open()).status, (await open()).status]).toEqual([200, 503])
    expect(server.connections).toHaveLength(1)
  })

  it('adds to what waits already', async () => {
    const { ask, open } = await start()
    for (const status of [500, 501]) await ask('/script', { refuse: { status } })
    expect([(await open()).status, (await open()).status]).toEqual([500, 501])
  })

  it('takes nothing of a list with a mistake in it', async () => {
    const { ask, open } = await start()
    expect((await ask('/script', [[{ refuse: { status: 503 } }], [{ sned: {} }]])).status).toBe(400)
    expect((await open()).status).toBe(200)
  })
})

describe('POST /__mock/do', () => {
  it.each<[steps: unknown, bytes: string]>([
    [
      { send: { event: 'order.created', data: { id: 'A-1' }, id: '1' } },
      'id: 1\nevent: order.created\ndata: {"id":"A-1"}\n\n',
    ],
    [{ send: { text: 'as it is' } }, 'data: as it is\n\n'],
    [{ send: {} }, 'data: \n\n'],
    [{ comment: 'hi' }, ': hi\n\n'],
    [{ retry: 5 }, 'retry: 5\n\n'],
    [{ raw: ['da', 'ta: 1\n\n'] }, 'data: 1\n\n'],
    [[{ comment: 'a' }, { wait: 1 }, { comment: 'b' }], ': a\n\n: b\n\n'],
    [[], ''],
  ])('does %j now, to every open stream', async (steps, bytes) => {
    const { server, ask, open } = await start()
    const streams = [await open('/a'), await open('/b')]
    expect(await ask('/do', steps)).toMatchObject({ status: 200, body: { connections: bytes ? 2 : 0 } })
    server.end()
    for (const stream of streams) expect(await stream.end()).toBe(bytes)
  })

  it('ends, breaks and silences streams', async () => {
    const { server, ask, open } = await start()
    const ended = await open()
    expect((await ask('/do', { end: true })).body).toEqual({ connections: 1 })
    expect(await ended.end()).toBe('')
    const broken = await open()
    expect((await ask('/do', [{ comment: 'last' }, { drop: true }])).body).toEqual({ connections: 1 })
    await expect(broken.end()).rejects.toThrow(TypeError)
    const silent = await open()
    await ask('/do', [{ comment: 'last' }, { stall: true }])
    await ask('/do', { comment: 'unheard' })
    await silent.until(': last\n\n')
    expect(server.connections).toHaveLength(1)
  })

  it("speaks as headwater's own server", async () => {
    const { ask, open } = await start()
    const stream = await open()
    await ask('/do', [
      { introduce: { clientId: 'me' } },
      { gap: { reason: 'expired' } },
      { goodbye: 50 },
      { end: true },
    ])
    expect((await stream.end()).match(/^event: .*/gm)).toEqual(['event: connected', 'event: gap', 'event: goodbye'])
  })

  it('counts each stream that it reached, once, also those that came while it waited', async () => {
    const { ask, open } = await start()
    await open()
    const { isSet, fire } = watchTimers()
    const done = ask('/do', [{ comment: 'a' }, { wait: 3_600_001 }, { comment: 'b' }])
    await isSet(3_600_001)
    await open()
    fire(3_600_001)
    expect((await done).body).toEqual({ connections: 2 })
  })

  it('reaches nobody where nobody is, which is no error', async () => {
    const { ask } = await start()
    expect(await ask('/do', { comment: '' })).toMatchObject({ status: 200, body: { connections: 0 } })
  })

  it('keeps an event with an id for those who come back, if the mock does', async () => {
    const { server, ask, open } = await start({ replay: true })
    await ask('/do', [{ send: { data: 1, id: '1' } }, { send: { data: 2, id: '2' } }])
    const stream = await open('/', { headers: { 'last-event-id': '1' } })
    server.end()
    expect(await stream.end()).toBe('id: 2\ndata: 2\n\n')
  })

  it.each<[step: object]>([[{ open: { delay: 5 } }], [{ refuse: { status: 503 } }], [{ redirect: '/elsewhere' }]])(
    'does nothing at all if %j is among the steps, which answers a request',
    async (step) => {
      const { server, ask, open } = await start()
      const stream = await open()
      expect(await ask('/do', [{ comment: 'a' }, step])).toMatchObject({
        status: 400,
        body: { error: `${JSON.stringify(step)} answers a request: put it into a script, for the next one` },
      })
      server.end()
      expect(await stream.end()).toBe('')
    },
  )

  it('says what comes at the wrong time', async () => {
    const { ask, open } = await start()
    const stream = await open()
    await ask('/do', { send: { data: 1 } })
    await stream.until('data: 1')
    expect(await ask('/do', { introduce: {} })).toMatchObject({
      status: 409,
      body: { error: 'introduce() must come first on its connection' },
    })
  })

  it('says what cannot be written', async () => {
    const { ask, open } = await start()
    await open()
    const { status, body } = await ask('/do', { retry: 1.5 })
    expect([status, body.error]).toEqual([400, expect.stringContaining('1.5')])
  })

  it('stops waiting, and does no more, when its caller has left', async () => {
    const { server, open } = await start()
    const stream = await open()
    const { isSet, isCleared } = watchTimers()
    const controller = new AbortController()
    const asked = fetch(`${server.controlUrl}/do`, {
      method: 'POST',
      body: '[{"comment":"first"},{"wait":3600001},{"comment":"second"}]',
      signal: controller.signal,
    })
    await isSet(3_600_001)
    controller.abort()
    await expect(asked).rejects.toThrow()
    await isCleared(3_600_001)
    await server.comment('third')
    server.end()
    expect(await stream.end()).toBe(': first\n\n: third\n\n')
  })
})

describe('POST /__mock/reset', () => {
  it('breaks every stream and forgets what was to be done', async () => {
    const { server, ask, open } = await start({ script: [{ comment: 'each' }] })
    const stream = await open()
    await ask('/script', { refuse: { status: 503 } })
    expect(await ask('/reset', '')).toMatchObject({ status: 200, body: {} })
    await expect(stream.end()).rejects.toThrow(TypeError)
    expect(server.requests).toEqual([])
    const next = await open()
    server.end()
    expect([next.status, await next.end()]).toEqual([200, ''])
  })
})

describe('a call that waits', () => {
  it('GET /__mock/connected answers when a stream is open, and leaves no timer behind', async () => {
    const { server, ask, open } = await start()
    const { isCleared } = watchTimers()
    const waiting = ask('/connected?timeout=60000')
    await open('/events?a=1', { headers: { 'last-event-id': '7' } })
    const expected = { method: 'GET', path: '/events', query: { a: '1' }, lastEventId: '7', at: server.requests[0]?.at }
    expect(await waiting).toMatchObject({ status: 200, body: expected })
    await isCleared(60_000)
    expect(await ask('/connected?timeout=0')).toMatchObject({ status: 200, body: expected })
  })

  it('GET /__mock/closed answers when none is open any more', async () => {
    const { server, ask, open } = await start()
    expect((await ask('/closed?timeout=0')).body).toEqual({})
    await open()
    const waiting = ask('/closed?timeout=60000')
    await server.end()
    expect(await waiting).toMatchObject({ status: 200, body: {} })
  })

  it('GET /__mock/requests answers when so many have come', async () => {
    const { server, ask, open } = await start()
    expect((await ask('/requests')).body).toEqual({ requests: [] })
    server.refuse(503)
    const waiting = ask('/requests?count=2&timeout=60000')
    await open('/a')
    await open('/b')
    const { status, body } = await waiting
    expect([status, body]).toEqual([200, { requests: server.requests }])
    expect(body.requests).toMatchObject([{ path: '/a' }, { path: '/b' }])
    expect(await ask('/requests?count=1&timeout=0')).toMatchObject({ status: 200, body })
  })

  it.each<[call: string, said: string]>([
    ['/connected?timeout=20', 'no stream was opened within 20 ms'],
    ['/closed?timeout=0&route=/open', 'not every stream was over within 0 ms'],
    ['/requests?count=3&timeout=1', '1 of 3 requests came within 1 ms'],
  ])('GET /__mock%s says so if that is not in time', async (call, said) => {
    const { ask, open } = await start({ routes: { '/open': [], '/other': [] } })
    if (!call.startsWith('/connected')) await open('/open')
    expect(await ask(call)).toMatchObject({ status: 504, body: { error: said } })
  })

  it('serves several callers that wait for the same', async () => {
    const { ask, open } = await start()
    const waiting = [ask('/connected'), ask('/connected'), ask('/requests?count=1')]
    await open()
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(200)
  })

  it.each(['/connected?', '/closed?', '/requests?count=9&'])(
    'GET /__mock%s ends when its caller leaves, and when the server closes',
    async (call) => {
      const { server, open } = await start()
      if (call === '/closed?') await open()
      const { isSet, isCleared } = watchTimers()
      const controller = new AbortController()
      const asked = fetch(`${server.controlUrl}${call}timeout=3600001`, { signal: controller.signal })
      const left = fetch(`${server.controlUrl}${call}timeout=3600002`).catch((error: unknown) => error)
      await isSet(3_600_001)
      await isSet(3_600_002)
      controller.abort()
      await expect(asked).rejects.toThrow()
      await isCleared(3_600_001)
      await server.close()
      expect(await left).toBeInstanceOf(TypeError)
      await isCleared(3_600_002)
    },
  )
})

it('leaves nothing behind that looks at each request', async () => {
  const listeners = new Set<() => void>()
  const server: Controlled = {
    url: '',
    mock: createMockStream(),
    route: () => expect.fail('no route was asked for'),
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const controller = new AbortController()
  const query = new URLSearchParams({ count: '1', timeout: '3600000' })
  const done = control(server, { method: 'GET', name: '/requests', query, body: '', signal: controller.signal })
  expect(listeners.size).toBe(1)
  controller.abort()
  await expect(done).rejects.toThrow('0 of 1 requests came')
  expect(listeners.size).toBe(0)
})

describe('?route=', () => {
  it('has every call be about one path', async () => {
    const { server, ask, open } = await start({ routes: { '/orders': [], '/jobs': [] } })
    await ask('/script?route=/jobs', { refuse: { status: 503 } })
    const orders = await open('/orders')
    expect((await open('/jobs')).status).toBe(503)
    await open('/jobs')
    expect((await ask('/do?route=/orders', { comment: 'o' })).body).toEqual({ connections: 1 })
    expect((await ask('?route=/jobs')).body).toMatchObject({
      requests: [{ path: '/jobs' }, { path: '/jobs' }],
      connections: [{ path: '/jobs' }],
    })
    expect((await ask('/requests?route=/orders&count=1')).body.requests).toHaveLength(1)
    expect((await ask('/connected?route=/orders')).body.path).toBe('/orders')
    await ask('/reset?route=/jobs', '')
    await ask('/closed?route=/jobs')
    expect(server.connections.map(({ request }) => request.path)).toEqual(['/orders'])
    server.end()
    expect(await orders.end()).toBe(': o\n\n')
  })

  it('is an error if there is no such route', async () => {
    const { ask } = await start({ routes: { '/orders': [] } })
    expect(await ask('/do?route=/order', { comment: '' })).toMatchObject({
      status: 404,
      body: { error: 'there is no route /order; there are: /orders' },
    })
  })
})

describe('a mistake', () => {
  it.each<[call: string, body: unknown, status: number, said: string]>([
    ['/doo', {}, 404, 'there is no /doo here; there are: /requests, /connected, /closed, /script, /do, /reset'],
    ['/constructor', {}, 404, expect.stringContaining('there is no /constructor here')],
    ['', {}, 405, 'this expects GET, got POST'],
    ['/do', undefined, 405, '/do expects POST, got GET'],
    ['/connected', {}, 405, '/connected expects GET, got POST'],
    ['/do?timeout=5', {}, 400, 'there is no parameter timeout here; there are: route'],
    ['/requests?cuont=1', undefined, 400, 'there is no parameter cuont here; there are: route, timeout, count'],
    ['/connected?timeout=5s', undefined, 400, 'timeout expects a whole number from 0, got "5s"'],
    ['/requests?count=-1', undefined, 400, 'count expects a whole number from 0, got "-1"'],
    ['/do', '', 400, 'the body is empty: it is to be a step, or a list of steps, as JSON'],
    ['/script', ' \n', 400, 'the body is empty: it is to be a step, or a list of steps, as JSON'],
    ['/do', '{drop: true}', 400, expect.stringMatching(/^the body is not JSON: .*$/)],
    ['/do', 'x\ny', 400, expect.stringMatching(/^the body is not JSON: .*$/)],
    ['/do', { sned: {} }, 400, expect.stringMatching(/^{"sned":{}} is no step; there are: open, send, /)],
    ['/do', 'null', 400, expect.stringMatching(/^null is no step/)],
    ['/script', '"drop"', 400, expect.stringMatching(/^"drop" is no step/)],
    ['/script', [[{ drop: true }], { drop: true }], 400, '{"drop":true} is no list of steps'],
    ['/script', { drop: 'yes' }, 400, '{"drop":"yes"}: drop expects true'],
    ['/script', { refuse: { status: 503, headers: { 'a b': 'c' } } }, 400, 'the header "a b" cannot be sent with "c"'],
  ])('is answered in one line: %s with %j', async (call, body, status, said) => {
    const { ask } = await start()
    const answer = await ask(call, body)
    expect(answer).toMatchObject({ status, body: { error: said } })
    expect(Object.keys(answer.body)).toEqual(['error'])
  })

  it('is answered with the right method if the method is wrong', async () => {
    const { server } = await start()
    const { status, headers } = await send(`${server.controlUrl}/do`, 'PUT', {})
    expect([status, headers.allow]).toEqual([405, 'POST'])
  })
})

describe('a caller that is let in', () => {
  it('asks for this machine by its own name, and for no other', async () => {
    const { server } = await start()
    const call = `${server.url}/__mock`
    expect((await send(call, 'GET', { host: 'localhost' })).status).toBe(200)
    const { status, body } = await send(call, 'GET', { host: 'evil.test' })
    expect([status, JSON.parse(body)]).toEqual([403, { error: expect.stringMatching(/^Host: evil\.test is no name/) }])
  })

  it('is no page of another site: what it posts is not done', async () => {
    const { server, open } = await start()
    const stream = await open()
    const { status, headers, body } = await send(
      `${server.url}/__mock/do`,
      'POST',
      { origin: 'https://evil.test', 'content-type': 'text/plain' },
      '{"comment":"a"}',
    )
    expect([status, JSON.parse(body)]).toEqual([403, { error: expect.stringMatching(/^Origin: https:\/\/evil\.test/) }])
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    server.end()
    expect(await stream.end()).toBe('')
  })

  it('is no page of another site: its preflight is refused', async () => {
    const { server } = await start()
    const { status, headers } = await send(`${server.url}/__mock/do`, 'OPTIONS', {
      origin: 'https://evil.test',
      'access-control-request-method': 'POST',
    })
    expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined])
  })

  it.each([true, false])('is a page of this machine, with cors: %s for the streams', async (cors) => {
    const { server } = await start({ cors })
    const origin = 'http://localhost:6006'
    const preflight = await send(`${server.url}/__mock/do`, 'OPTIONS', {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    })
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'content-type',
        vary: 'origin',
      },
    })
    for (const call of ['', '/nothing'])
      expect((await send(`${server.url}/__mock${call}`, 'GET', { origin })).headers).toMatchObject({
        'access-control-allow-origin': origin,
        vary: 'origin',
      })
    expect(server.preflights).toBe(0)
  })

  it('is another machine too if the mock listens for those', async () => {
    const { server } = await start({ host: '0.0.0.0' })
    const call = `${server.url}/__mock`
    expect((await send(call, 'GET', { host: 'mock:8080', origin: 'http://app:3000' })).status).toBe(200)
    expect((await send(call, 'GET', { host: 'evil.test' })).status).toBe(403)
  })
})

describe('the option control', () => {
  it('takes another path, and leaves the usual one to streams', async () => {
    const { server, ask } = await start({ control: '/admin/mock' })
    expect(server.controlUrl).toBe(`${server.url}/admin/mock`)
    expect((await ask('')).body.url).toBe(server.url)
    for (const path of ['/__mock', '/admin', '/admin/mocked'])
      expect((await fetch(server.url + path)).headers.get('content-type')).toBe('text/event-stream')
  })

  it('false: there is none', async () => {
    const { server } = await start({ control: false })
    expect(server.controlUrl).toBeUndefined()
    for (const path of ['/__mock', '/'])
      expect((await fetch(server.url + path)).headers.get('content-type')).toBe('text/event-stream')
    expect(server.requests).toHaveLength(2)
  })
})
