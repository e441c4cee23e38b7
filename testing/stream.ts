import type { Clock, EventMap } from '../src/index.ts'
import { createMock, type Mock, type MockRequest } from './mock.ts'
import type { Step } from './script.ts'

/** What a mock stream starts with. */
export interface MockStreamOptions {
  /** What to do with the first requests, one script each. Later ones, or all without it, open a stream that is left to you. */
  readonly script?: readonly (readonly Step[])[]
  /** What the steps `wait` and `open.delay` wait on. By default real time passes. */
  readonly clock?: Pick<Clock, 'now' | 'setTimeout'>
}

/** A server without a network: hand its `fetch` to a client. */
export interface MockStream<E = Record<string, unknown>> extends Mock<E> {
  /** For the option `fetch`. Aborting it closes the stream, as it does on a real network. */
  readonly fetch: typeof globalThis.fetch
}

/** Redirects that a request follows before it fails (Fetch 4.4, step 5). */
const REDIRECTS = 20

/**
 * Makes a mock of a server that lives in this process: no port, no time, and chunks arrive just as they are sent.
 *
 * @example
 * const stream = createMockStream()
 * const sse = createSSE('/events', { fetch: stream.fetch })
 * sse.subscribe('greeting', console.log)
 * const connection = await stream.connected()
 * connection.send('greeting', { hello: 'world' })
 */
export function createMockStream<E extends EventMap = Record<string, unknown>>(
  options: MockStreamOptions = {},
): MockStream<E> {
  const { script, clock } = options
  const { mock, answer } = createMock<E>(script)
  const now = (): number => (clock ? clock.now() : Date.now())

  async function mockFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(typeof input === 'string' ? new URL(input, 'http://localhost') : input, init)
    for (let url = request.url, left = REDIRECTS; left >= 0; left--) {
      const response = await exchange(await describe(request, url, now()), request.signal)
      const location = response.headers.get('location')
      if (!location || response.status < 300 || response.status > 399) return response
      if (request.redirect !== 'follow') break
      url = new URL(location, url).href
    }
    throw new TypeError('Failed to fetch: redirected')
  }

  function exchange(request: MockRequest, signal: AbortSignal): Promise<Response> {
    return new Promise((resolve, reject) => {
      let body: ReadableStreamDefaultController<Uint8Array> | undefined
      const fail = (error: unknown): void => {
        reject(error)
        body?.error(error)
      }
      const gone = answer(request, {
        head(status, headers) {
          const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
            body = controller
          }
          const stream = new ReadableStream<Uint8Array>({ start, cancel: () => gone() })
          const empty = status === 204 || status === 205 || status === 304
          resolve(new Response(empty ? null : stream, { status, headers }))
        },
        write: (chunk) => body?.enqueue(chunk),
        end: () => body?.close(),
        destroy: () => fail(new TypeError('network error')),
        wait: (ms) => new Promise((done) => (clock ? clock.setTimeout(done, ms) : setTimeout(done, ms))),
      })
      const abort = (): void => {
        gone()
        fail(signal.reason)
      }
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort)
    })
  }

  return Object.defineProperties({ fetch: mockFetch } as MockStream<E>, Object.getOwnPropertyDescriptors(mock))
}

async function describe(request: Request, address: string, at: number): Promise<MockRequest> {
  const { pathname, search, searchParams } = new URL(address)
  const headers = Object.fromEntries(request.headers)
  const bytes = Uint8Array.from(headers['last-event-id'] ?? '', (character) => character.charCodeAt(0))
  const header = new TextDecoder().decode(bytes)
  return {
    method: request.method,
    url: pathname + search,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers,
    lastEventId: header || (searchParams.get('lastEventId') ?? ''),
    body: request.body ? await request.clone().text() : '',
    at,
  }
}
