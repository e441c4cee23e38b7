import { createSSE, type SSEOptions } from 'headwater'
import { requestEvents } from 'headwater/request'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'

/*
 * Applications that mock their network with MSW (https://mswjs.io) need nothing of ours to test a stream.
 */

const URL = 'https://api.test/events'
const server = setupServer()

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** A handler of the kind that an application's tests have. */
function stream(start: (send: (text: string) => void, close: () => void, request: Request) => void, cancel = () => {}) {
  return http.all(URL, ({ request }) => {
    const body = new ReadableStream({
      start(controller) {
        const encoder = new TextEncoder()
        start(
          (text) => controller.enqueue(encoder.encode(text)),
          () => controller.close(),
          request,
        )
      },
      cancel,
    })
    return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } })
  })
}

function client(options: SSEOptions = {}) {
  const sse = createSSE(URL, { retry: { initial: 10, jitter: 'none' }, ...options })
  onTestFinished(() => sse.close())
  const log: unknown[] = []
  return { sse, log, logged: (expected: unknown[]) => eventually(() => expect(log).toEqual(expected)) }
}

describe('behind a handler of MSW', () => {
  it('events arrive as they are sent', async () => {
    let send = (_: string): void => {}
    server.use(
      stream((write) => {
        send = write
        write('event: tick\ndata: {"n":1}\n\n')
      }),
    )
    const { sse, log, logged } = client()
    sse.subscribe('tick', (data) => log.push(data))
    await logged([{ n: 1 }])
    send('event: tick\nda')
    send('ta: {"n":2}\n\n')
    await logged([{ n: 1 }, { n: 2 }])
    expect(sse.state.get().status).toBe('open')
  })

  it('the stream is resumed after its end', async () => {
    const asked: (string | null)[] = []
    server.use(
      stream((send, close, { headers }) => {
        asked.push(headers.get('last-event-id'))
        send(`id: ${asked.length}\ndata: ${asked.length}\n\n`)
        if (asked.length < 3) close()
      }),
    )
    const { sse, log, logged } = client()
    sse.subscribe('message', (data) => log.push(data))
    await logged([1, 2, 3])
    expect(asked).toEqual([null, '1', '2'])
  })

  it('headers and body are sent by requestEvents(), which ends with the response', async () => {
    const asked: unknown[] = []
    server.use(
      http.post(URL, async ({ request }) => {
        asked.push(request.headers.get('authorization'), request.headers.get('accept'), await request.json())
        return HttpResponse.text('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } })
      }),
    )
    const heard: unknown[] = []
    const events = requestEvents(URL, {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
      body: JSON.stringify({ q: 1 }),
    })
    for await (const { data } of events) heard.push(data)
    expect(heard).toEqual([1])
    expect(asked).toEqual(['Bearer t', 'text/event-stream', { q: 1 }])
  })

  it('headers and body are sent by a client at each attempt', async () => {
    const asked: unknown[] = []
    server.use(
      http.post(URL, async ({ request }) => {
        asked.push(request.headers.get('authorization'), await request.json())
        return HttpResponse.text(`data: ${asked.length}\n\n`, { headers: { 'content-type': 'text/event-stream' } })
      }),
    )
    const { sse, log, logged } = client({
      method: 'POST',
      headers: ({ attempt }) => ({ authorization: `Bearer ${attempt}`, 'content-type': 'application/json' }),
      body: JSON.stringify({ q: 1 }),
    })
    sse.subscribe('message', (data) => {
      log.push(data)
      if (data === 4) sse.close()
    })
    await logged([2, 4])
    expect(asked).toEqual(['Bearer 0', { q: 1 }, 'Bearer 1', { q: 1 }])
  })

  it.each([
    ['http', () => new HttpResponse(null, { status: 503 })],
    ['network', () => HttpResponse.error()],
  ] as const)('a failure of kind %s is retried', async (code, fail) => {
    let failures = 0
    server.use(stream((send) => send('data: 1\n\n')))
    server.use(
      http.get(
        URL,
        () => {
          failures++
          return fail()
        },
        { once: true },
      ),
    )
    const errors: string[] = []
    const { sse, log, logged } = client({ onRetry: ({ error }) => errors.push(error.code) })
    sse.subscribe('message', (data) => log.push(data))
    await logged([1])
    expect(errors).toEqual([code])
    expect(failures).toBe(1)
  })

  it('close() cancels the body of the handler', async () => {
    const cancelled = new Promise<void>((resolve) => {
      server.use(stream((send) => send('data: 1\n\n'), resolve))
    })
    const { sse, log, logged } = client()
    sse.subscribe('message', (data) => log.push(data))
    await logged([1])
    sse.close()
    await cancelled
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
  })
})
