// @vitest-environment page
import { createSSE, type SSEOptions } from 'headwater'
import { createClock, createMockStream } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkRequest, resolveRequest } from '../../src/connection/request.ts'
import { resolveOptions } from '../../src/connection/settings.ts'
import { bench } from '../support/client.ts'

afterEach(() => vi.unstubAllGlobals())

const DROP_TWICE = { script: [[{ drop: true }], [{ drop: true }]] } as const

describe('the URL', () => {
  it('is made for each attempt, by a function that knows what the attempt is about', async () => {
    const clock = createClock()
    const stream = createMockStream({ clock, script: [[{ raw: 'id: 7\n\n' }, { drop: true }]] })
    const url = vi.fn(async ({ attempt, lastEventId }) => `/events/${attempt}?from=${lastEventId}`)
    const sse = createSSE(url, { fetch: stream.fetch, clock })
    sse.connect()
    await clock.advance(5000)
    expect(stream.requests.map((request) => request.url)).toEqual(['/events/0?from=', '/events/1?from=7'])
    sse.close()
  })

  it('may be a URL', async () => {
    const clock = createClock()
    const stream = createMockStream({ clock })
    const sse = createSSE(new URL('https://a.test/live?x=1'), { fetch: stream.fetch, clock })
    sse.connect()
    await clock.settle()
    expect(stream.requests[0]?.url).toBe('/live?x=1')
    sse.close()
  })

  it('is resolved against the document, at the time that the client is made', async () => {
    const base = document.createElement('base')
    base.href = 'https://a.test/app/'
    document.head.append(base)
    const fetch = vi.fn(async () => new Response(null, { status: 204 }))
    const { sse, clock } = bench({ fetch }, {}, 'events')
    base.href = 'https://a.test/other/'
    sse.connect()
    await clock.settle()
    base.remove()
    expect(fetch).toHaveBeenCalledWith('https://a.test/app/events', expect.anything())
  })

  it('fails an attempt if it cannot be made: a token may be there later', async () => {
    const cause = new Error('token endpoint down')
    const clock = createClock()
    const stream = createMockStream({ clock })
    let broken = true
    const url = async (): Promise<string> => {
      if (broken) throw cause
      return '/events'
    }
    const sse = createSSE(url, { fetch: stream.fetch, clock })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network', cause } })
    broken = false
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('open')
    sse.close()
  })

  it.each([
    ['http://', 'http://: TypeError: Invalid URL'],
    ['', ': TypeError: Invalid URL'],
    [undefined, 'undefined: TypeError: Invalid URL'],
    ['ws://a.test/events?token=secret', 'ws://a.test/events: not http'],
    [
      'https://ada:secret@a.test/events?token=secret',
      'https://a.test/events: TypeError: Request cannot be constructed from a URL that includes credentials: https://a.test/events',
    ],
  ])('closes the client if it can never be asked for: %s', async (url, message) => {
    const { sse, stream, clock } = bench({}, {}, () => url as string)
    sse.connect()
    await clock.advance(60_000)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'options', message } })
    expect(stream.requests).toEqual([])
  })
})

describe('headers', () => {
  it('are asked for at each attempt, so that a token is fresh', async () => {
    let token = 0
    const { sse, stream, clock } = bench({ headers: async () => ({ authorization: `Bearer ${++token}` }) }, DROP_TWICE)
    sse.connect()
    await clock.advance(10_000)
    expect(stream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 3'])
  })

  it('are asked for by the same function with what the attempt is about', async () => {
    const headers = vi.fn(() => ({}))
    const { sse, clock } = bench({ headers }, { script: [[{ raw: 'id: 7\n\n' }, { drop: true }]] })
    sse.connect()
    await clock.advance(5000)
    expect(headers.mock.calls).toEqual([[{ attempt: 0, lastEventId: '' }], [{ attempt: 1, lastEventId: '7' }]])
  })

  it('may be a Headers object, and undefined ones are left out', async () => {
    for (const headers of [new Headers({ 'x-a': '1' }), { 'x-a': '1', 'x-b': undefined }]) {
      const { sse, stream, clock } = bench({ headers })
      sse.connect()
      await clock.settle()
      expect(stream.requests[0]?.headers).toMatchObject({ 'x-a': '1', accept: 'text/event-stream' })
      expect(stream.requests[0]?.headers).not.toHaveProperty('x-b')
    }
  })

  it('may be nothing at all from a function', async () => {
    const { sse, stream, clock } = bench({ headers: () => undefined })
    sse.connect()
    await clock.settle()
    expect(stream.requests[0]?.headers).toMatchObject({ accept: 'text/event-stream' })
  })

  it('are copied for each attempt, and those of the caller stay as they were', async () => {
    const headers = new Headers({ 'x-a': '1' })
    const { sse, clock } = bench({ headers }, DROP_TWICE)
    sse.connect()
    await clock.advance(10_000)
    expect([...headers]).toEqual([['x-a', '1']])
  })

  it.each([{ 'x a': '1' }, { 'x-a': 'line\nbreak' }, { 'x-a': '日本' }, { authorization: 'secret\nsecret' }])(
    'close the client if they can never be sent: %j',
    async (headers) => {
      const { sse, stream, clock } = bench({ headers: () => ({ authorization: 'secret', ...headers }) })
      sse.connect()
      await clock.advance(60_000)
      const { error } = sse.state.get() as { error: Error }
      expect(error).toMatchObject({ code: 'options', message: '/events: bad headers' })
      // The platform's own error quotes the header.
      expect(error).not.toHaveProperty('cause')
      expect(stream.requests).toHaveLength(0)
    },
  )

  it('are those of the caller where both have one', async () => {
    const { sse, stream, clock } = bench({ headers: { Accept: 'text/event-stream, application/json' } })
    sse.connect()
    await clock.settle()
    expect(stream.requests[0]?.headers.accept).toBe('text/event-stream, application/json')
  })
})

describe('the body', () => {
  it('is sent with each attempt, or made for it', async () => {
    let count = 0
    for (const [body, expected] of [
      ['{}', ['{}', '{}', '{}']],
      [() => `${++count}`, ['1', '2', '3']],
    ] as const) {
      const { sse, stream, clock } = bench({ method: 'POST', body }, DROP_TWICE)
      sse.connect()
      await clock.advance(10_000)
      expect(stream.requests.map((request) => request.body)).toEqual(expected)
    }
  })

  const streamOf = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream()

  it('may be a stream that is made for each attempt', async () => {
    const { sse, stream, clock } = bench({ method: 'POST', body: () => streamOf('{}') }, DROP_TWICE)
    sse.connect()
    await clock.advance(10_000)
    expect(stream.requests.map((request) => request.body)).toEqual(['{}', '{}', '{}'])
  })

  it('closes the client if it is a stream that was sent before, which would be retried for ever', async () => {
    const body = streamOf('{}')
    const { sse, stream, clock } = bench({ method: 'POST', body }, DROP_TWICE)
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests.map((request) => request.body)).toEqual(['{}'])
    expect(sse.state.get()).toMatchObject({
      status: 'closed',
      error: {
        code: 'options',
        message: expect.stringMatching(/^http:\/\/localhost:3000\/events: TypeError: .*disturbed/),
      },
    })
  })
})

it('the fetch that is there when the client connects is used, so that tracers and mocks that come later are in', async () => {
  const { clock } = bench()
  const sse = createSSE('/events', { clock })
  const later = vi.fn(async () => new Response(null, { status: 204 }))
  vi.stubGlobal('fetch', later)
  sse.connect()
  await clock.settle()
  expect(later).toHaveBeenCalledTimes(1)
})

describe('resolveRequest()', () => {
  const resolve = (options: SSEOptions = {}, url = 'https://a.test/events') =>
    resolveRequest(resolveOptions(url, options), url, { attempt: 2, lastEventId: '7' })

  it('makes the URL absolute, and hands on what a transport needs', async () => {
    const { headers, ...request } = await resolve({ method: 'POST', body: 'x', credentials: 'include' })
    expect(request).toMatchObject({
      url: 'https://a.test/events',
      method: 'POST',
      body: 'x',
      credentials: 'include',
      lastEventId: '7',
      lastEventIdIn: 'auto',
      lastEventIdParam: 'lastEventId',
      maxEventSize: 67_108_864,
    })
    expect([...headers]).toEqual([])
  })

  it('asks for the URL, the headers and the body together', async () => {
    const log: string[] = []
    const slow = (name: string) => async () => {
      log.push(`${name} begins`)
      await Promise.resolve()
      log.push(`${name} ends`)
      return undefined
    }
    await resolve({ method: 'POST', headers: slow('headers'), body: slow('body') })
    expect(log).toEqual(['headers begins', 'body begins', 'headers ends', 'body ends'])
  })
})

describe('checkRequest()', () => {
  const BASE = { base: 'https://a.test/app/', method: 'GET', credentials: 'same-origin' } as const

  it.each([
    ['events', 'https://a.test/app/events'],
    ['/events?x=1#part', 'https://a.test/events?x=1#part'],
    ['//b.test', 'https://b.test/'],
    ['https:events', 'https://a.test/app/events'],
    ['HTTP://B.test:80/ä b', 'http://b.test/%C3%A4%20b'],
  ])('makes %s absolute: %s', (address, url) => {
    expect(checkRequest(BASE, address).url).toBe(url)
  })

  it('refuses a body for the methods that have none, whatever their case', () => {
    for (const method of ['get', 'Get', 'HEAD'])
      expect(() => checkRequest({ ...BASE, method }, 'events', {}, 'x')).toThrow('cannot have body')
    for (const method of ['POST', 'put', 'DELETE', 'QUERY'])
      expect(() => checkRequest({ ...BASE, method }, 'events', {}, 'x')).not.toThrow()
  })

  it('quotes no credentials of a URL, neither in its message nor in its cause', () => {
    const make = (): unknown => checkRequest(BASE, 'https://me:secret@a.test/?token=secret')
    expect(make).toThrow(expect.not.objectContaining({ cause: expect.anything() }))
    expect(make).toThrow(/^https:\/\/a\.test\/: TypeError: [^?]*credentials/)
    expect(make).not.toThrow(/secret/)
  })

  it.each(['TRACE', 'trace', 'CONNECT', 'TRACK'])('refuses the method %s, as fetch does', (method) => {
    expect(() => checkRequest({ ...BASE, method }, 'events')).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringContaining(`TypeError: '${method}'`) }),
    )
  })
})
