// @vitest-environment page
import type { Host, SSEOptions } from 'headwater'
import { byDataType, SSEError } from 'headwater'
import type { Script, Step } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { post } from '../../src/hub/post.ts'
import { bench } from '../support/client.ts'

const answer = (status: number, body = '', headers = {}): Step[] => [{ refuse: { status, body, headers } }]

/** A client, and what its layers see of it. */
function setup(options: SSEOptions = {}, script?: Script) {
  let host!: Host
  const all = bench(
    {
      ...options,
      server(inner, given) {
        host = given
        return inner
      },
    },
    script && { script },
  )
  return { ...all, host }
}

/** An answer whose body never ends, or ends with an error. */
const endless = (cancel = () => {}): Response => new Response(new ReadableStream({ cancel }))

describe('post()', () => {
  it('sends JSON, with headers and credentials of the stream, and opens no connection', async () => {
    const fetch = vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => Response.json({ id: '1-2', delivered: 3 }))
    const { host, sse } = setup({ headers: { authorization: 'Bearer x' }, credentials: 'include', fetch })
    expect(await post(host, '/send', { a: 1, b: undefined })).toEqual({ id: '1-2', delivered: 3 })
    const [url, init] = fetch.mock.calls[0] ?? []
    expect(url).toBe(new URL('/send', document.baseURI).href)
    expect(init).toMatchObject({ method: 'POST', body: '{"a":1}', credentials: 'include', redirect: 'manual' })
    expect(Object.fromEntries(new Headers(init?.headers))).toEqual({
      authorization: 'Bearer x',
      'content-type': 'application/json',
    })
    expect(sse.state.get().status).toBe('idle')
  })

  it.each([undefined, null])('goes to the stream’s own URL if it is given %s', async (url) => {
    const { host, stream } = setup({}, [answer(204)])
    await post(host, url as undefined, {})
    expect(stream.requests[0]).toMatchObject({ method: 'POST', path: '/events' })
  })

  it('asks a function for the URL, and for the headers, of each request', async () => {
    let n = 0
    const headers = async () => ({ n: `${++n}` })
    const { host, stream } = setup({ headers }, [answer(204), answer(204)])
    const url = vi.fn(async () => '/send')
    await post(host, url, {})
    await post(host, url, {})
    expect(url.mock.calls).toEqual(Array(2).fill([{ attempt: 0, lastEventId: '' }]))
    expect(stream.requests.map(({ path, headers }) => [path, headers['n']])).toEqual([
      ['/send', '1'],
      ['/send', '2'],
    ])
  })

  it('does not send the body of the stream’s own request', async () => {
    const { host, stream } = setup({ method: 'POST', body: 'query', type: byDataType }, [answer(204)])
    await post(host, undefined, { a: 1 })
    expect(stream.requests[0]?.body).toBe('{"a":1}')
  })
})

describe('the answer to a post()', () => {
  it.each<[body: string, value: unknown]>([
    ['', undefined],
    ['OK', 'OK'],
    ['5', 5],
    ['null', null],
    ['{"a":"ü"}', { a: 'ü' }],
    ['{"a":', '{"a":'],
  ])('is JSON as a value, and anything else as text: %j is %j', async (body, value) => {
    const { host } = setup({}, [answer(200, body)])
    expect(await post(host, undefined, {})).toEqual(value)
  })

  it('reads no more of an answer than a million characters, and cancels the rest', async () => {
    const cancel = vi.fn()
    let sent = 0
    const chunk = new TextEncoder().encode(' '.repeat(2 ** 16))
    const pull = (controller: ReadableStreamDefaultController): void => {
      sent += chunk.length
      controller.enqueue(chunk)
    }
    const { host } = setup({ fetch: async () => new Response(new ReadableStream({ pull, cancel })) })
    expect(await post(host, undefined, {})).toBe(' '.repeat(2 ** 20))
    expect(cancel).toHaveBeenCalledOnce()
    expect(sent).toBeLessThan(2 ** 21)
  })

  it('reads an answer that comes in pieces, cut within a character too', async () => {
    const bytes = new TextEncoder().encode('{"a":"日本"}')
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte))
    const body = () =>
      new ReadableStream({
        pull(controller) {
          const piece = pieces.shift()
          if (piece) controller.enqueue(piece)
          else controller.close()
        },
      })
    const { host } = setup({ fetch: async () => new Response(body()) })
    expect(await post(host, undefined, {})).toEqual({ a: '日本' })
  })

  it.each<[status: number, code: string]>([
    [403, 'http'],
    [503, 'http'],
    [401, 'unauthorized'],
  ])('rejects for status %i with %s, and is not sent again', async (status, code) => {
    const { host, stream, clock } = setup({}, [answer(status, 'no', { 'retry-after': '7' })])
    const body = 'no'
    await expect(post(host, undefined, {})).rejects.toMatchObject({ code, status, retryAfter: 7000, body })
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('rejects with the words of the server where it gives them', async () => {
    const body = JSON.stringify({ error: { code: 'rate', message: 'ten a second' } })
    const { host } = setup({}, [answer(429, body, { 'retry-after': '7' })])
    const error = expect.objectContaining({ code: 'http', status: 429, retryAfter: 7000, body, reason: 'rate' })
    const refusal = await post(host, undefined, {}).catch((thrown: unknown) => thrown)
    expect(refusal).toEqual(error)
    expect(refusal).toBeInstanceOf(SSEError)
    expect((refusal as SSEError).message).toBe('ten a second')
  })

  it.each(['no', '', 'null', '5', '{}', '{"error":null}', '[]'])(
    'rejects as it is where the body is %j',
    async (body) => {
      const { host } = setup({}, [answer(403, body)])
      const refusal = await post(host, undefined, {}).catch((thrown: unknown) => thrown)
      expect(refusal).toMatchObject({ code: 'http', status: 403, body, message: expect.stringContaining('status 403') })
      expect(refusal).not.toHaveProperty('reason')
    },
  )

  it('does not follow a redirect', async () => {
    const { host } = setup({ fetch: async () => new Response(null, { status: 307, headers: { location: '/x' } }) })
    await expect(post(host, undefined, {})).rejects.toMatchObject({ code: 'http', status: 307 })
  })

  it('rejects with what the network said', async () => {
    const cause = new TypeError('Failed to fetch')
    const { host } = setup({ fetch: () => Promise.reject(cause) })
    const message = 'POST: TypeError: Failed to fetch'
    await expect(post(host, undefined, {})).rejects.toMatchObject({ code: 'network', cause, message })
  })

  it.each([undefined, null, 'no'])('rejects with network where a fetch rejects with %s', async (cause) => {
    const { host } = setup({ fetch: () => Promise.reject(cause) })
    await expect(post(host, undefined, {})).rejects.toMatchObject({ code: 'network', message: `POST: ${cause}`, cause })
  })

  it('rejects with network where the answer breaks off', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new TypeError('broken')) })
    const { host } = setup({ fetch: async () => new Response(body) })
    await expect(post(host, undefined, {})).rejects.toMatchObject({ code: 'network', message: /broken$/ })
  })

  it('rejects with network where a function that makes the headers throws', async () => {
    const cause = new Error('no token')
    const { host, stream } = setup({ headers: () => Promise.reject(cause) })
    await expect(post(host, undefined, {})).rejects.toMatchObject({ code: 'network', cause })
    expect(stream.requests).toEqual([])
  })

  it('rejects with options where the URL can never be sent', async () => {
    const { host, stream } = setup()
    await expect(post(host, 'ftp://a.test/', {})).rejects.toMatchObject({ code: 'options' })
    expect(stream.requests).toEqual([])
  })
})

describe('a post() that is answered with 401', () => {
  it('asks for credentials, and is sent once more with new headers', async () => {
    const onUnauthorized = vi.fn()
    let n = 0
    const headers = () => ({ n: `${++n}` })
    const { host, stream } = setup({ onUnauthorized, headers }, [answer(401), answer(200, '5')])
    expect(await post(host, undefined, { a: 1 })).toBe(5)
    expect(onUnauthorized.mock.calls).toMatchObject([[{ code: 'unauthorized', status: 401 }]])
    expect(stream.requests.map(({ headers, body }) => [headers['n'], body])).toEqual([
      ['1', '{"a":1}'],
      ['2', '{"a":1}'],
    ])
  })

  it('rejects with unauthorized at the second 401', async () => {
    const onUnauthorized = vi.fn()
    const { host, stream } = setup({ onUnauthorized }, [answer(401), answer(401)])
    await expect(post(host, undefined, {})).rejects.toMatchObject({ code: 'unauthorized', status: 401 })
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(stream.requests).toHaveLength(2)
  })

  it('rejects with unauthorized where there are no new credentials, and is not sent again', async () => {
    const cause = new Error('signed out')
    const { host, stream } = setup({ onUnauthorized: () => Promise.reject(cause) }, [answer(401), answer(200)])
    await expect(post(host, undefined, {})).rejects.toMatchObject({ code: 'unauthorized', cause })
    expect(stream.requests).toHaveLength(1)
  })

  it('asks once for several', async () => {
    const onUnauthorized = vi.fn()
    const { host } = setup({ onUnauthorized }, [answer(401), answer(401), answer(200, '1'), answer(200, '2')])
    const both = await Promise.all([post(host, undefined, {}), post(host, undefined, {})])
    expect(both).toEqual([1, 2])
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
  })
})

describe('the time limit of a post()', () => {
  const never = new Promise<never>(() => {})

  it.each<[step: string, options: SSEOptions]>([
    ['headers()', { headers: () => never }],
    ['an answer', { fetch: () => never }],
    ['the end of an answer', { fetch: async () => endless() }],
    ['new credentials', { onUnauthorized: () => never, fetch: async () => new Response(null, { status: 401 }) }],
  ])('is connectTimeout, and counts for %s', async (_, options) => {
    const { host, clock } = setup({ ...options, connectTimeout: 5000 })
    const outcome = vi.fn()
    post(host, undefined, {}).catch(outcome)
    await clock.advance(4999)
    expect(outcome).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(outcome.mock.calls).toMatchObject([[{ code: 'timeout', message: 'POST: no answer in 5000 ms' }]])
    expect(clock.timers).toBe(0)
  })

  it.each([0, Infinity])('is none with connectTimeout %d', async (connectTimeout) => {
    const { host, clock } = setup({ fetch: () => never, connectTimeout })
    const outcome = vi.fn()
    post(host, undefined, {}).catch(outcome)
    await clock.settle()
    expect(clock.timers).toBe(0)
    expect(outcome).not.toHaveBeenCalled()
  })

  it('leaves no timer behind an answer', async () => {
    const { host, clock } = setup({}, [answer(204)])
    await post(host, undefined, {})
    expect(clock.timers).toBe(0)
  })

  it('ends the request with it', async () => {
    const signals: (AbortSignal | null | undefined)[] = []
    const fetch = (_: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
      signals.push(init?.signal)
      return never
    }
    const { host, clock } = setup({ fetch })
    post(host, undefined, {}).catch(() => {})
    await clock.advance(14_999)
    expect(signals.map((signal) => signal?.aborted)).toEqual([false])
    await clock.advance(1)
    expect(signals.map((signal) => signal?.aborted)).toEqual([true])
  })
})

describe('a post() of a client that closes', () => {
  it('rejects with network, and leaves the request', async () => {
    const signals: (AbortSignal | null | undefined)[] = []
    const { host, sse, clock } = setup({
      fetch: (_, init) => {
        signals.push(init?.signal)
        return new Promise(() => {})
      },
    })
    const outcome = vi.fn()
    post(host, undefined, {}).catch(outcome)
    await clock.settle()
    sse.close()
    await clock.settle()
    expect(outcome.mock.calls).toMatchObject([[{ code: 'network', message: 'POST: closed' }]])
    expect(signals.map((signal) => signal?.aborted)).toEqual([true])
    expect(clock.timers).toBe(0)
  })

  it('is aborted before it is sent if the client has closed before', async () => {
    const signals: (AbortSignal | null | undefined)[] = []
    const { host, sse, clock } = setup({
      async fetch(_, init) {
        signals.push(init?.signal)
        return endless()
      },
    })
    sse.close()
    await expect(post(host, undefined, {})).rejects.toMatchObject({ code: 'network' })
    await clock.settle()
    expect(signals.map((signal) => signal?.aborted)).toEqual([true])
    expect(clock.timers).toBe(0)
  })
})
