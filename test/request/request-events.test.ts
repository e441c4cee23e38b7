import { schemas } from 'headwater'
import { type RequestEventsOptions, requestEvents } from 'headwater/request'
import type { Step } from 'headwater/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { WITHOUT_TEXT } from '../support/thrown.ts'
import { handTime, turn } from '../support/turns.ts'
import { chunked, DROP, END, outcome, POST, refuse, send, setup } from './stage.ts'

describe('requestEvents()', () => {
  it('yields type, data, id and raw of each event, and ends with the response', async () => {
    const { open, stream } = setup([send({ n: 1 }, undefined, 'token'), send('a', '7'), send(3), END])
    const events = open(POST)
    expect(await events.next()).toEqual({
      done: false,
      value: { type: 'token', data: { n: 1 }, id: '', raw: '{"n":1}' },
    })
    expect(await events.next()).toEqual({ done: false, value: { type: 'message', data: 'a', id: '7', raw: '"a"' } })
    expect(await events.next()).toEqual({ done: false, value: { type: 'message', data: 3, id: '7', raw: '3' } })
    expect(await events.next()).toEqual({ done: true, value: undefined })
    expect(stream.requests.map(({ method, body }) => [method, body])).toEqual([['POST', '{"prompt":"hi"}']])
  })

  it('sends nothing before the loop begins', async () => {
    const { open, read, stream, clock } = setup([END])
    open()
    await clock.settle()
    expect(stream.requests).toEqual([])
    await read()
    expect(stream.requests).toHaveLength(1)
  })

  it('sends a GET that accepts an event stream, and no last event id', async () => {
    const { read, stream } = setup([END])
    await read()
    expect(stream.requests).toMatchObject([{ method: 'GET', body: '', headers: { accept: 'text/event-stream' } }])
    expect(stream.requests[0]?.headers).not.toHaveProperty('last-event-id')
  })

  it("sends the caller's headers, in place of its own", async () => {
    const { read, stream } = setup([END])
    await read({ headers: { authorization: 'Bearer t', Accept: 'text/event-stream, */*' } })
    expect(stream.requests[0]?.headers).toMatchObject({ authorization: 'Bearer t', accept: 'text/event-stream, */*' })
  })

  it('hands fetch what belongs to a request, and nothing else', async () => {
    const { fetch } = chunked()
    const { signal } = new AbortController()
    const options = { ...POST, credentials: 'include', signal, fetch } as const
    const own = { parse: 'text', done: 'x', lastEventId: '1', retry: {}, maxEventSize: 9 } as const
    await outcome(requestEvents(new URL('https://example.com/a?b=1'), { ...options, ...own }))
    expect(fetch.mock.calls).toEqual([
      [
        'https://example.com/a?b=1',
        {
          ...POST,
          credentials: 'include',
          signal,
          headers: expect.any(Headers),
          redirect: 'follow',
          cache: 'no-store',
          duplex: 'half',
        },
      ],
    ])
  })

  it('takes the global fetch by default, and calls it as a function', async () => {
    const { fetch } = chunked('data: 1\n\n')
    vi.stubGlobal('fetch', function (this: unknown, ...given: Parameters<typeof globalThis.fetch>) {
      expect(this).toBeUndefined()
      return fetch(...given)
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    expect(await outcome(requestEvents('/complete'))).toEqual({ data: [1], error: undefined })
  })

  it.each<[redirect: string, headers: Readonly<Record<string, string>>]>([
    ['follow', {}],
    ['follow', { authorization: 'Bearer t', 'content-type': 'application/json' }],
    ['manual', { 'x-api-key': 'secret' }],
  ])('has redirects treated as %j with the headers %j', async (redirect, headers) => {
    const { fetch } = chunked()
    await outcome(requestEvents('/complete', { headers, fetch }))
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ redirect })
  })

  it.each(['5', '注 1'])('begins after the option lastEventId: %j, as a header of UTF-8 bytes', async (lastEventId) => {
    const { read, open, ids } = setup([[END], [send(1), END]])
    await read({ lastEventId })
    expect(ids()).toEqual([lastEventId])
    expect(await open({ lastEventId }).next()).toMatchObject({ value: { id: lastEventId } })
  })

  it('is empty for status 204', async () => {
    const { read, stream } = setup([refuse(204)])
    expect(await read()).toEqual([])
    expect(stream.requests).toHaveLength(1)
  })

  it('is empty for a response without a body', async () => {
    const fetch = async (): Promise<Response> =>
      new Response(null, { headers: { 'content-type': 'text/event-stream' } })
    expect(await outcome(requestEvents('/complete', { fetch }))).toEqual({ data: [], error: undefined })
  })

  it('throws if the platform cannot stream, instead of an end without events', async () => {
    const headers = new Headers({ 'content-type': 'text/event-stream' })
    const fetch = async () => ({ status: 200, headers }) as Response
    expect(await outcome(requestEvents('/complete', { fetch }))).toEqual({ data: [], error: expect.any(TypeError) })
  })

  it('does not yield what stands before the end without a blank line', async () => {
    const { fetch } = chunked('data: 1\n\ndata: 2\n')
    expect(await outcome(requestEvents('/complete', { fetch }))).toEqual({ data: [1], error: undefined })
  })

  it('takes the id of a block without data, and yields no event for it', async () => {
    const { fetch } = chunked('id: 7\n\ndata: 1\n\nid\ndata: 2\n\n')
    const events: unknown[] = []
    for await (const { data, id } of requestEvents('/complete', { fetch })) events.push([data, id])
    expect(events).toEqual([
      [1, '7'],
      [2, ''],
    ])
  })
})

describe('reading', () => {
  it('asks for the next chunk only when all events of this one are used', async () => {
    const { fetch, seen } = chunked('data: 1\n\ndata: 2\n\n', 'data: 3\n\n', 'data: 4\n\n')
    const events = requestEvents('/complete', { fetch })
    expect(await events.next()).toMatchObject({ value: { data: 1 } })
    expect(await events.next()).toMatchObject({ value: { data: 2 } })
    expect(seen.asked).toBe(1)
    expect(await events.next()).toMatchObject({ value: { data: 3 } })
    expect(seen.asked).toBe(2)
  })

  it('gives the page its turn when the events and the loop have worked for 10 ms', async () => {
    const pass = await handTime()
    const { fetch } = chunked('data: 1\n\ndata: 2\n\ndata: 3\n\n', 'data: 4\n\ndata: 5\n\n')
    const log: unknown[] = []
    for await (const { data } of requestEvents('/complete', { fetch })) {
      log.push(data)
      if (data === 1 || data === 3) turn().then(() => log.push('page'))
      pass(6)
      if (data === 4) await null
    }
    expect(log).toEqual([1, 2, 'page', 3, 4, 'page', 5])
  })

  it('asks for no turn of the page where the loop is quick', async () => {
    await handTime()
    const { fetch } = chunked('data: 1\n\n'.repeat(1000))
    const log: unknown[] = []
    for await (const { data } of requestEvents('/complete', { fetch })) {
      if (!log.length) turn().then(() => log.push('page'))
      log.push(data)
    }
    expect(log).toEqual(Array(1000).fill(1))
  })

  it('ends with the signal in the turn of the page', async () => {
    const pass = await handTime()
    const controller = new AbortController()
    const { fetch, seen } = chunked('data: 1\n\ndata: 2\n\n')
    const events = requestEvents('/complete', { fetch, signal: controller.signal })
    expect(await events.next()).toMatchObject({ value: { data: 1 } })
    turn().then(() => controller.abort('enough'))
    pass(11)
    await expect(events.next()).rejects.toBe('enough')
    expect(seen.cancelled).toBe(1)
  })

  it('reads on by itself where a chunk holds no whole event', async () => {
    const { fetch } = chunked(': padding\n\n', 'retry: 5\n\nda', 'ta: 1', '\n\n')
    expect(await outcome(requestEvents('/complete', { fetch }))).toEqual({ data: [1], error: undefined })
  })

  it.each<[how: string, leave: (events: AsyncIterable<unknown>) => Promise<unknown>]>([
    [
      'break',
      async (events) => {
        for await (const _ of events) break
      },
    ],
    [
      'throw',
      async (events) => {
        for await (const _ of events) throw 'oops'
      },
    ],
  ])('cancels the response when the loop is left by %s', async (_, leave) => {
    const { fetch, seen } = chunked('data: 1\n\ndata: 2\n\n', 'data: 3\n\n')
    await leave(requestEvents('/complete', { fetch, retry: {} })).catch(() => {})
    expect(seen).toEqual({ asked: 1, cancelled: 1 })
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  it('closes the stream on the server when the loop is left', async () => {
    const { open, stream } = setup([send(1)])
    for await (const _ of open()) break
    expect(stream.connections).toEqual([])
  })

  it('has no heartbeat: a silence of any length ends nothing', async () => {
    const { open, stream, clock } = setup([send(1), ...Array<Step>(4).fill({ comment: 'ping' })])
    const events = open()
    await events.next()
    const next = events.next()
    await clock.advance(600_000)
    await stream.send('message', 2)
    expect(await next).toMatchObject({ value: { data: 2 } })
    await events.return()
  })
})

describe('the option parse', () => {
  it.each<[parse: RequestEventsOptions['parse'], data: unknown]>([
    [undefined, { a: 1 }],
    ['json', { a: 1 }],
    ['text', '{"a":1}'],
    [(raw, type) => [type, raw.length], ['token', 7]],
  ])('%s makes the data of the text', async (parse, data) => {
    const { read } = setup([send({ a: 1 }, undefined, 'token'), END])
    expect(await read({ parse })).toEqual([data])
  })

  it('may be schemas(), which check and transform', async () => {
    const { open } = setup([send(5, undefined, 'n'), send('other'), send('x', undefined, 'n'), END])
    const parse = schemas({ n: z.number().transform((n) => n * 2) })
    const { data, error } = await outcome(open({ parse }))
    expect(data).toEqual([10, 'other'])
    expect(error).toMatchObject({ issues: [{ code: 'invalid_type' }] })
  })

  it('ends the loop with what it throws, and cancels the response; with `retry`, too', async () => {
    const { fetch, seen } = chunked('id: 1\ndata: 1\n\nid: 2\ndata: oops\n\nid: 3\ndata: 3\n\n', 'data: 4\n\n')
    const { data, error } = await outcome(requestEvents('/complete', { fetch, retry: {} }))
    expect(data).toEqual([1])
    expect(error).toBeInstanceOf(SyntaxError)
    expect(seen).toEqual({ asked: 1, cancelled: 1 })
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  it('is not called for events that are not read', async () => {
    const parse = vi.fn((raw: string) => raw)
    const { fetch } = chunked('data: 1\n\ndata: 2\n\n')
    for await (const _ of requestEvents('/complete', { fetch, parse })) break
    expect(parse.mock.calls).toEqual([['1', 'message']])
  })
})

describe('the option done', () => {
  const CHUNK = 'data: 1\n\nevent: end\nid: 9\ndata: [DONE]\n\ndata: 2\n\n'

  it('ends the loop before the event of that text, which is no JSON, is parsed', async () => {
    const { fetch, seen } = chunked(CHUNK, 'data: 3\n\n')
    expect(await outcome(requestEvents('/complete', { fetch, done: '[DONE]' }))).toEqual({
      data: [1],
      error: undefined,
    })
    expect(seen).toEqual({ asked: 1, cancelled: 1 })
  })

  it('may be a function of type, raw and id', async () => {
    const { fetch } = chunked(CHUNK)
    const done = vi.fn(({ type }: { readonly type: string }) => type === 'end')
    expect(await outcome(requestEvents('/complete', { fetch, done }))).toEqual({ data: [1], error: undefined })
    expect(done.mock.calls).toEqual([
      [{ type: 'message', raw: '1', id: '' }],
      [{ type: 'end', raw: '[DONE]', id: '9' }],
    ])
  })

  it('ends the loop with what its function throws', async () => {
    const { fetch, seen } = chunked(CHUNK)
    const oops = Error('oops')
    const done = (): boolean => {
      throw oops
    }
    expect(await outcome(requestEvents('/complete', { fetch, done }))).toEqual({ data: [], error: oops })
    expect(seen.cancelled).toBe(1)
  })

  it('ends it at an event without text, if it is the empty text', async () => {
    const { fetch } = chunked('data: 1\n\nid: 7\n\ndata\n\ndata: 2\n\n')
    expect(await outcome(requestEvents('/complete', { fetch, done: '' }))).toEqual({ data: [1], error: undefined })
  })
})

describe('a failure', () => {
  it('throws the status of a refused response, its Retry-After and the beginning of its body', async () => {
    const { open } = setup([{ refuse: { status: 503, headers: { 'retry-after': '2' }, body: 'overloaded' } }])
    const { error } = await outcome(open({}, 'https://example.com/complete?key=secret'))
    expect(error).toMatchObject({ name: 'SSEError', code: 'http', status: 503, retryAfter: 2000, body: 'overloaded' })
    expect(`${error}`).toBe('SSEError: https://example.com/complete: status 503, type text/plain')
  })

  it.each<[status: number, code: string]>([
    [200, 'content-type'],
    [201, 'http'],
    [401, 'unauthorized'],
    [404, 'http'],
    [409, 'http'],
    [429, 'http'],
    [500, 'http'],
  ])('a response with status %i fails with the code %s', async (status, code) => {
    const { open, stream } = setup([refuse(status)])
    expect((await outcome(open())).error).toMatchObject({ name: 'SSEError', code, status })
    expect(stream.requests).toHaveLength(1)
  })

  it.each<[what: string, script: Step[], data: unknown[]]>([
    ['no response', [DROP], []],
    ['a connection that breaks', [send(1), { wait: 10 }, DROP], [1]],
  ])('is a network error: %s, with what the platform threw', async (_, script, data) => {
    const { open, clock } = setup(script)
    const ended = outcome(open({}, '/complete?key=secret'))
    await clock.advance(10)
    expect(await ended).toEqual({
      data,
      error: expect.objectContaining({ name: 'SSEError', code: 'network', cause: expect.any(TypeError) }),
    })
    expect(`${(await ended).error}`).toMatch(/^SSEError: \/complete: TypeError: /)
  })

  it.each(WITHOUT_TEXT)('is a network error where fetch rejects with %s, or throws it', async (_, cause) => {
    const fetches = [
      () => Promise.reject(cause),
      () => {
        throw cause
      },
    ]
    for (const fetch of fetches) {
      const { error } = await outcome(requestEvents('/complete', { fetch }))
      expect(error).toMatchObject({ name: 'SSEError', code: 'network' })
      expect((error as Error).cause).toBe(cause)
    }
  })

  it('is an event longer than maxEventSize: too-large, and the response is cancelled', async () => {
    const { fetch, seen } = chunked('data: 1\n\n', `data: ${'x'.repeat(11)}\n\n`, 'data: 3\n\n')
    const { data, error } = await outcome(requestEvents('/complete', { fetch, maxEventSize: 10 }))
    expect(data).toEqual([1])
    expect(error).toMatchObject({ name: 'SSEError', code: 'too-large' })
    expect(`${error}`).toBe('SSEError: /complete: over maxEventSize')
    expect(seen).toEqual({ asked: 2, cancelled: 1 })
  })

  it('hands out the events of a chunk that stand before the one that is too large', async () => {
    const { fetch } = chunked(`data: 1\n\ndata: ${'x'.repeat(11)}\n\n`)
    expect((await outcome(requestEvents('/complete', { fetch, maxEventSize: 10 }))).data).toEqual([1])
  })

  it('ends the loop for good: nothing comes after it', async () => {
    const { open } = setup([refuse(500)])
    const events = open()
    await expect(events.next()).rejects.toMatchObject({ status: 500 })
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it.each<[what: string, script: Step[]]>([
    ['a broken connection', [send('a', '1'), { wait: 10 }, DROP]],
    ['no response', [DROP]],
    ['status 503', [refuse(503, { 'retry-after': '1' })]],
  ])('does not have the request sent again without `retry`: %s', async (_, script) => {
    const { open, stream, clock } = setup([script])
    const ended = outcome(open(POST))
    await clock.advance(10)
    expect((await ended).error).toMatchObject({ name: 'SSEError' })
    expect(stream.requests).toHaveLength(1)
  })
})

describe('the option signal', () => {
  const REASON = Error('left')

  it('ends a loop that waits, by throwing the reason', async () => {
    const { open, stream, clock } = setup([send(1)])
    const controller = new AbortController()
    const ended = outcome(open({ signal: controller.signal }))
    await clock.settle()
    controller.abort(REASON)
    expect(await ended).toEqual({ data: [1], error: REASON })
    expect(stream.connections).toEqual([])
  })

  it('ends a request that has no response yet', async () => {
    const { open, clock } = setup([{ open: { delay: 5000 } }])
    const controller = new AbortController()
    const ended = outcome(open({ signal: controller.signal }))
    await clock.settle()
    controller.abort(REASON)
    expect(await ended).toEqual({ data: [], error: REASON })
  })

  it('sends nothing if it has aborted already, whatever fetch does with it', async () => {
    const { fetch } = chunked('data: 1\n\n')
    expect(await outcome(requestEvents('/complete', { fetch, signal: AbortSignal.abort(REASON) }))).toEqual({
      data: [],
      error: REASON,
    })
    expect(fetch).not.toHaveBeenCalled()
  })

  it('drops the events of a chunk that are still unread, and cancels the response', async () => {
    const { fetch, seen } = chunked('data: 1\n\ndata: 2\n\n')
    const controller = new AbortController()
    const all: unknown[] = []
    const reading = (async () => {
      for await (const { data } of requestEvents('/complete', { fetch, signal: controller.signal })) {
        all.push(data)
        controller.abort(REASON)
      }
    })()
    await expect(reading).rejects.toBe(REASON)
    expect(all).toEqual([1])
    expect(seen.cancelled).toBe(1)
  })

  it('throws its reason whatever fetch throws', async () => {
    const controller = new AbortController()
    const fetch = async (): Promise<Response> => {
      controller.abort(REASON)
      throw Error('mine')
    }
    expect((await outcome(requestEvents('/complete', { fetch, signal: controller.signal }))).error).toBe(REASON)
  })
})
