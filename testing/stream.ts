import type { Clock, EventMap } from '../src/index.ts'
import { createMock, type Mock, type MockRequest } from './mock.ts'
import type { Step } from './script.ts'

/** What a mock stream starts with. */
export interface MockStreamOptions {
  /** What to do with the first requests, one script each. Later ones, or all without it, open a stream that is left to you. */
  readonly script?: readonly (readonly Step[])[] | undefined
  /** What the steps `wait` and `open.delay` wait on. By default real time passes. */
  readonly clock?: Pick<Clock, 'now' | 'setTimeout'> | undefined
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
    // The caller's own signal: that of a request is forgotten with the request.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    let seen = await describe(request, now())
    for (let left = REDIRECTS; left >= 0; left--) {
      signal?.throwIfAborted()
      const response = await exchange(seen, signal)
      const location = response.headers.get('location')
      if (!location || response.status < 300 || response.status > 399) return response
      if (request.redirect !== 'follow') break
      seen = redirected(seen, response.status, new URL(location, new URL(seen.url, request.url)), now())
    }
    throw new TypeError('Failed to fetch: redirected')
  }

  function exchange(request: MockRequest, signal: AbortSignal | undefined): Promise<Response> {
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
        fail(signal?.reason)
      }
      signal?.addEventListener('abort', abort)
    })
  }

  return Object.defineProperties({ fetch: mockFetch } as MockStream<E>, Object.getOwnPropertyDescriptors(mock))
}

async function describe(request: Request, at: number): Promise<MockRequest> {
  const headers = Object.fromEntries(request.headers)
  const body = request.body ? await request.clone().text() : ''
  return { method: request.method, headers, body, at, ...addressed(new URL(request.url), headers) }
}

/** What depends on where the request goes. */
function addressed(
  { pathname, search, searchParams }: URL,
  headers: MockRequest['headers'],
): Pick<MockRequest, 'url' | 'path' | 'query' | 'lastEventId'> {
  const bytes = Uint8Array.from(headers['last-event-id'] ?? '', (character) => character.charCodeAt(0))
  const header = new TextDecoder().decode(bytes)
  const lastEventId = header || (searchParams.get('lastEventId') ?? '')
  return { url: pathname + search, path: pathname, query: Object.fromEntries(searchParams), lastEventId }
}

/** The same request sent elsewhere; as a GET where the status says so (Fetch 4.4, step 12). */
function redirected(request: MockRequest, status: number, url: URL, at: number): MockRequest {
  const asGet = status === 303 || (status < 303 && request.method === 'POST')
  return { ...request, ...(asGet && { method: 'GET', body: '' }), at, ...addressed(url, request.headers) }
}
