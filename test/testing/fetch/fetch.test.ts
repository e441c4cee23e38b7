// @vitest-environment page
import { createMockStream, type MockStream, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { watch } from '../../support/mock-wire.ts'
import { read, START, setup } from './setup.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

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
  ])('a request %s fails, and is not counted', async (_, ask) => {
    const { stream } = setup()
    await expect(ask(stream)).rejects.toThrow(TypeError)
    expect(stream.requests).toEqual([])
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
