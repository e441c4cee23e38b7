import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkResponse, createRefusal, parseRetryAfter } from '../../src/transports/response.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const URL = 'https://a.test/events?token=secret'
const STREAM = { 'content-type': 'text/event-stream' }
const HTML = { 'content-type': 'text/html' }

const respond = (status: number, headers: Record<string, string> = {}, body: BodyInit | null = null): Response =>
  new Response(body, { status, headers })
/** What ends the attempt; undefined if the response opens a stream. */
const judge = (response: Response): Promise<unknown> => checkResponse(response, URL).catch((reason: unknown) => reason)

/** A body that brings these chunks and then stays open, and whether it was cancelled. */
function body(...chunks: (string | Uint8Array)[]) {
  const cancel = vi.fn()
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
    },
    cancel,
  })
  return { stream, cancel }
}

describe('a content type', () => {
  it.each([
    ['text/event-stream', true],
    ['TEXT/EVENT-STREAM', true],
    [' text/event-stream ;charset=utf-8', true],
    ['text/event-stream; charset="utf-8"', true],
    ['text/html, text/event-stream', true],
    ['text/event-stream, text/html', false],
    ['text/event-streamx', false],
    ['xtext/event-stream', false],
    ['text/html; x=text/event-stream', false],
    ['application/json', false],
    ['', false],
  ])('%j opens a stream: %j', async (type, opens) => {
    const verdict = await judge(respond(200, { 'content-type': type }))
    if (opens) expect(verdict).toBeUndefined()
    else expect(verdict).toMatchObject({ code: 'content-type', status: 200 })
  })

  it('is needed', async () => {
    expect(await judge(respond(200))).toMatchObject({
      code: 'content-type',
      message: 'https://a.test/events: status 200, type null',
    })
  })

  it('is in the message when it is another', async () => {
    expect(await judge(respond(200, HTML))).toMatchObject({
      code: 'content-type',
      message: 'https://a.test/events: status 200, type text/html',
    })
  })
})

describe('a response that opens a stream', () => {
  it('keeps its body: nothing of it is read', async () => {
    const { stream, cancel } = body('data: 1\n\n')
    const response = respond(200, STREAM, stream)
    expect(await judge(response)).toBeUndefined()
    expect([response.bodyUsed, stream.locked, cancel.mock.calls.length]).toEqual([false, false, 0])
  })
})

describe('a status', () => {
  it.each([201, 202, 205, 301, 304, 400, 403, 404, 409, 500, 503])('%i is an http error with it', async (status) => {
    expect(await judge(respond(status, STREAM))).toMatchObject({
      name: 'SSEError',
      code: 'http',
      status,
      message: `https://a.test/events: status ${status}, type text/event-stream`,
    })
  })

  it('401 has a code of its own', async () => {
    expect(await judge(respond(401))).toMatchObject({ code: 'unauthorized', status: 401 })
  })

  it('0 is a redirect that was not followed, as browsers report it', async () => {
    expect(await judge(Response.error())).toMatchObject({
      code: 'http',
      message: 'https://a.test/events: status redirect, type null',
    })
  })

  it('204 ends the stream for good, whatever its type', async () => {
    expect(await judge(respond(204, STREAM))).toBe('stop')
    expect(await judge(respond(204))).toBe('stop')
  })

  it('comes with Retry-After', async () => {
    expect(await judge(respond(503, { 'retry-after': '7' }))).toMatchObject({ retryAfter: 7000 })
    expect(await judge(respond(503))).toMatchObject({ retryAfter: 0 })
  })

  it('comes with Retry-After as a date, read against the date of the answer', async () => {
    const headers = { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT', date: 'Thu, 01 Jan 2026 00:00:20 GMT' }
    expect(await judge(respond(503, headers))).toMatchObject({ retryAfter: 10_000 })
  })
})

describe('an error about a refused response', () => {
  it('names the URL without its query, which may hold a token', async () => {
    const { message } = await createRefusal(respond(403), URL)
    expect(message).toBe('https://a.test/events: status 403, type null')
  })

  it('has the body', async () => {
    const json = '{"error":{"code":"no-seat","message":"no seat is left"}}'
    expect(await judge(respond(403, {}, json))).toMatchObject({ body: json })
    expect(await judge(respond(200, HTML, '<p>Sign in</p>'))).toMatchObject({ body: '<p>Sign in</p>' })
    expect(await judge(respond(401, {}, 'expired'))).toMatchObject({ body: 'expired' })
  })

  it.each([
    ['no body', respond(403)],
    ['an empty body', respond(403, {}, '')],
  ])('has an empty text for %s', async (_, response) => {
    expect(await judge(response)).toMatchObject({ body: '' })
  })

  it('has the first chunk of a body that goes on, and cancels the rest', async () => {
    const { stream, cancel } = body('first', 'second')
    expect(await judge(respond(500, {}, stream))).toMatchObject({ body: 'first' })
    expect(cancel).toHaveBeenCalledTimes(1)
  })

  it('has at most 1024 characters of it', async () => {
    const { body: text } = await createRefusal(respond(500, {}, `${'注'.repeat(1024)}more`), URL)
    expect(text).toBe('注'.repeat(1024))
  })

  it('has the characters that a chunk holds whole, and nothing of one that is cut', async () => {
    const { stream } = body(new TextEncoder().encode('a注').subarray(0, 2), 'b')
    expect(await judge(respond(500, {}, stream))).toMatchObject({ body: 'a' })
  })

  it('has an empty text for a body that breaks off', async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(new TypeError('network error')) })
    expect(await judge(respond(500, {}, broken))).toMatchObject({ code: 'http', status: 500, body: '' })
  })

  it('does not wait for a body that does not come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const { stream, cancel } = body()
      const judged = judge(respond(500, {}, stream))
      await vi.advanceTimersByTimeAsync(999)
      expect(cancel).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      expect(await judged).toMatchObject({ code: 'http', status: 500, body: '' })
      expect(cancel).toHaveBeenCalledTimes(1)
    } finally {
      vi.useRealTimers()
    }
  })

  it.each([
    ['has come', () => body('oops').stream],
    ['has broken off', () => new ReadableStream({ start: (controller) => controller.error(new TypeError('reset')) })],
  ])('leaves no timer behind once the body %s', async (_, createBody) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await judge(respond(500, {}, createBody()))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is there though the body cannot be cancelled', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('oops')),
      cancel: () => Promise.reject(new Error('no')),
    })
    expect(await judge(respond(500, {}, stream))).toMatchObject({ body: 'oops' })
  })

  it('cancels the body of a 204 that has one, as a server may send it', async () => {
    const { stream, cancel } = body('a')
    const response = { status: 204, headers: new Headers(), body: stream } as Response
    expect(await judge(response)).toBe('stop')
    expect(cancel).toHaveBeenCalledTimes(1)
  })
})

describe('Retry-After', () => {
  it.each([
    ['120', null, 120_000],
    ['0', null, 0],
    ['0.5', null, 500],
    [null, null, 0],
    ['', null, 0],
    ['soon', null, 0],
    ['-1', null, 0],
    ['99999999999999999999', null, 1e23],
    ['Thu, 01 Jan 2026 00:00:30 GMT', null, 30_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 'Thu, 01 Jan 2026 00:00:20 GMT', 10_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 'soon', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', null, 0],
    ['Fri, 01 Jan 2027 00:00:00 GMT', null, 365 * 86_400_000],
  ])('%j with Date %j is %d ms', (value, date, expected) => {
    expect(parseRetryAfter(value, date, Date.UTC(2026, 0))).toBe(expected)
  })
})
