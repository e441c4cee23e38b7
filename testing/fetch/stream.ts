import { type Clock, type EventMap, fetchTransport, type Transport } from '../../src/index.ts'
import { createMock, type Mock, type MockOptions } from '../mock/mock.ts'
import { completePlatform } from '../platform/builtins.ts'
import { realTime } from '../platform/clock.ts'
import { settle } from '../platform/settle.ts'
import { isRedirect, type MockRequest, readRequest, redirected } from '../request/request.ts'
import { createEventSource } from './event-source.ts'
import { createOpaqueRedirect, createResponse } from './response.ts'

/** What a mock stream starts with. */
export interface MockStreamOptions extends MockOptions {
  /** What the steps `wait` and `open.delay`, and the reconnecting of `EventSource`, wait on. By default real time passes. */
  readonly clock?: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'> | undefined
}

/** A server without a network: hand its `fetch` to a client. */
export interface MockStream<E = Record<string, unknown>> extends Mock<E> {
  /** For the option `fetch`, or in place of the global one. Aborting a request closes its stream, as on a real network. */
  readonly fetch: typeof globalThis.fetch
  /**
   * For the option `transport`, where another `fetch` is in use. What a client posts beside its stream, by `send()` or to change
   * its topics, goes by the option `fetch` still.
   */
  readonly transport: Transport
  /**
   * A class in place of the global `EventSource`, which reconnects as browsers do (HTML 9.2.3): after `retry`, 3 s unless the
   * server says otherwise, and never after any status but 200. With `eventSourceTransport({ EventSource })` give the option `fetch`
   * as well: by that a client finds out why it was refused.
   */
  readonly EventSource: typeof globalThis.EventSource
  /** Answers a request as it is, and follows no redirect: for what takes a Request and returns a Response. */
  respond(request: Request): Promise<Response>
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
 * await stream.connected()
 * await stream.send('greeting', { hello: 'world' })
 *
 * @throws TypeError if the script has a step in it that there is not.
 */
export function createMockStream<E extends EventMap = Record<string, unknown>>(
  options: MockStreamOptions = {},
): MockStream<E> {
  completePlatform()
  const { clock = realTime } = options
  const { mock, answer } = createMock<E>(options)

  async function mockFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const { request, url, redirect, signal } = await readRequest(input, init, clock.now())
    let seen = request
    let address = url
    for (let left = REDIRECTS; left >= 0; left--) {
      const response = await exchange(seen, signal, address, left < REDIRECTS)
      const { status, headers } = response
      if (!isRedirect(status)) return response
      if (redirect === 'manual') return createOpaqueRedirect(address.href)
      if (redirect === 'error') break
      const location = headers.get('location')
      if (!location) return response
      const next = new URL(location, address)
      seen = redirected(seen, status, address, next, clock.now())
      address = next
    }
    throw new TypeError('Failed to fetch: redirected')
  }

  function exchange(
    request: MockRequest,
    signal: AbortSignal | undefined,
    url: URL,
    wasRedirected: boolean,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      let body: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
      let letGo = (): void => {}
      /** Leaves nothing behind: no timer of a `wait`, and no listener on a signal that may live as long as the application. */
      const over = (): void => {
        letGo()
        signal?.removeEventListener('abort', abort)
      }
      const fail = (error: unknown): void => {
        over()
        reject(error)
        body?.error(error)
      }
      /** What the body breaks with once all has been read: an error takes away what is still in it. */
      let broken: unknown
      const pull = (): void => {
        if (broken) fail(broken)
      }
      const gone = answer(request, {
        head(status, headers) {
          const start = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): void => {
            body = controller
          }
          const cancel = (): void => {
            over()
            gone()
          }
          const [address = ''] = url.href.split('#')
          resolve(createResponse(status, headers, new ReadableStream({ start, pull, cancel }), address, wasRedirected))
        },
        write: (chunk) => body?.enqueue(chunk),
        end() {
          over()
          body?.close()
        },
        destroy() {
          over()
          broken = new TypeError('network error')
          if ((body?.desiredSize ?? 1) > 0) fail(broken)
        },
        wait: (ms) =>
          new Promise((done) => {
            const timer = clock.setTimeout(done, ms)
            letGo = () => {
              clock.clearTimeout(timer)
              done()
            }
          }),
        settle,
      })
      const abort = (): void => {
        gone()
        fail(signal?.reason)
      }
      signal?.addEventListener('abort', abort)
    })
  }

  const own = {
    fetch: mockFetch,
    transport: { connect: (request, sink) => fetchTransport().connect({ ...request, fetch: mockFetch }, sink) },
    EventSource: createEventSource(mockFetch, clock),
    async respond(incoming) {
      const { request, url, signal } = await readRequest(incoming, undefined, clock.now())
      return exchange(request, signal, url, false)
    },
  } satisfies Partial<MockStream<E>>
  return Object.defineProperties(own as MockStream<E>, Object.getOwnPropertyDescriptors(mock))
}
