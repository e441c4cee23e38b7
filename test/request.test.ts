import { createSSE } from 'headwater'
import { createClock, createMockStream } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { resolveRequest } from '../src/request.ts'
import { resolveOptions } from '../src/settings.ts'
import { bench } from './support/client.ts'

afterEach(() => vi.unstubAllGlobals())

const DROP_TWICE = { script: [[{ drop: true }], [{ drop: true }]] } as const

describe('the URL', () => {
  it('is made afresh for each try, and told what the try is about', async () => {
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

  it('is resolved against the document', async () => {
    const base = document.createElement('base')
    base.href = 'https://a.test/app/'
    document.head.append(base)
    const fetch = vi.fn(async () => new Response(null, { status: 204 }))
    const { sse, clock } = bench({ fetch }, {}, 'events')
    sse.connect()
    await clock.settle()
    base.remove()
    expect(fetch).toHaveBeenCalledWith('https://a.test/app/events', expect.anything())
  })

  it('that fails to be made is a failed try: a token may be had later', async () => {
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

  it('that is none ends it, and says so', async () => {
    const { sse, clock } = bench({}, {}, () => 'http://')
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({
      status: 'closed',
      error: { code: 'options', message: expect.stringContaining('url') },
    })
  })
})

describe('headers', () => {
  it('are asked for at each try, so that a token is fresh', async () => {
    let token = 0
    const { sse, stream, clock } = bench({ headers: async () => ({ authorization: `Bearer ${++token}` }) }, DROP_TWICE)
    sse.connect()
    await clock.advance(10_000)
    expect(stream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 3'])
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

  it.each([{ 'x a': '1' }, { 'x-a': 'line\nbreak' }, { 'x-a': '日本' }])(
    'that cannot be sent end it: %j',
    async (headers) => {
      const { sse, stream, clock } = bench({ headers: { authorization: 'secret', ...headers } })
      sse.connect()
      await clock.advance(60_000)
      const { error } = sse.state.get() as { error: Error }
      expect(error).toMatchObject({
        code: 'options',
        cause: expect.any(TypeError),
        message: expect.stringContaining('headers'),
      })
      expect(error.message).not.toContain('secret')
      expect(stream.requests).toHaveLength(0)
    },
  )

  it('of the caller win over ours', async () => {
    const { sse, stream, clock } = bench({ headers: { Accept: 'text/event-stream, application/json' } })
    sse.connect()
    await clock.settle()
    expect(stream.requests[0]?.headers.accept).toBe('text/event-stream, application/json')
  })
})

describe('the body', () => {
  it('is sent with each try, or made for it', async () => {
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
})

it('uses the fetch there is when it connects, so that tracers and mocks that come later are in', async () => {
  const { clock } = bench()
  const sse = createSSE('/events', { clock })
  const later = vi.fn(async () => new Response(null, { status: 204 }))
  vi.stubGlobal('fetch', later)
  sse.connect()
  await clock.settle()
  expect(later).toHaveBeenCalledTimes(1)
})

it('a request says whose stream it is, and asks for its topics, afresh at each try', async () => {
  const settings = resolveOptions('https://a.test/events', { scope: 'ada' })
  const context = { attempt: 0, lastEventId: '' }
  let topics = 'a,b'
  expect(await resolveRequest(settings, context, () => topics)).toMatchObject({ scope: 'ada', topics: ['a', 'b'] })
  topics = ''
  const { scope, ...request } = await resolveRequest(resolveOptions('https://a.test/events', {}), context, () => topics)
  expect([scope, request.topics, request.url]).toEqual(['', [], 'https://a.test/events'])
})
