import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventMap } from '../src/index.ts'
import { createMock, type Mock, type MockRequest, type Wire } from './mock.ts'
import type { Step } from './script.ts'

/** What a mock server starts with. */
export interface MockServerOptions {
  /** What to do with the first requests, one script each. Later ones, or all without it, open a stream that is left to you. */
  readonly script?: readonly (readonly Step[])[] | undefined
  /**
   * The port to listen on. 0: a free one.
   * @defaultValue 0
   */
  readonly port?: number | undefined
  /**
   * Let pages of every origin in, with credentials. False: no CORS headers at all.
   * @defaultValue true
   */
  readonly cors?: boolean | undefined
  /**
   * What each stream begins with. Firefox, and some proxies, hold an answer back until its first byte is there; a line end
   * is that, and says nothing. '': nothing, as from a server that does not know.
   * @defaultValue '\n'
   */
  readonly preamble?: string | undefined
}

/** A real HTTP server on this machine that answers on every path. */
export interface MockServer<E = Record<string, unknown>> extends Mock<E> {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** CORS preflights, which are answered and not counted as requests. */
  readonly preflights: number
  /** Breaks all connections and stops listening. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** TCP joins what is written in one go: a chunk that is to arrive alone must have left before the next. */
const CHUNK_PAUSE = 5

/**
 * Starts a mock server.
 *
 * @example
 * const server = await createMockServer()
 * server.refuse(503, { headers: { 'retry-after': '1' } })
 * const sse = createSSE(`${server.url}/events`)
 *
 * @throws The system's error if the port is taken.
 */
export async function createMockServer<E extends EventMap = Record<string, unknown>>(
  options: MockServerOptions = {},
): Promise<MockServer<E>> {
  const { script, port = 0, cors = true, preamble = '\n' } = options
  const { mock, answer } = createMock<E>(script)
  let preflights = 0

  const server = createServer(async (request, response) => {
    if (cors) allow(request, response)
    if (cors && request.method === 'OPTIONS') {
      preflights++
      response.writeHead(204).end()
      return
    }
    const at = Date.now()
    const body: Buffer[] = []
    try {
      for await (const chunk of request) body.push(chunk)
    } catch {
      // The client went in the middle of its body.
      return
    }
    // No batching of small writes: what is sent apart should travel apart.
    response.socket?.setNoDelay(true)
    const gone = answer(describe(request, Buffer.concat(body).toString(), at), wireOf(response, preamble))
    response.on('close', gone)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const listening = (server.address() as AddressInfo).port

  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const own = {
    url: `http://127.0.0.1:${listening}`,
    port: listening,
    get preflights() {
      return preflights
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  return Object.defineProperties({} as MockServer<E>, {
    ...Object.getOwnPropertyDescriptors(mock),
    ...Object.getOwnPropertyDescriptors(own),
  })
}

function wireOf(response: ServerResponse, preamble: string): Wire {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  // Whoever waits for a client that has gone is let go: a test must not hang on it.
  const wait = (ms: number): Promise<void> => sleep(ms, undefined, { signal: gone.signal }).catch(() => {})
  return {
    wait,
    head(status, headers) {
      response.writeHead(status, headers)
      response.flushHeaders()
      if (headers['content-type']?.includes('event-stream')) response.write(preamble)
    },
    async write(chunk) {
      await new Promise((resolve) => response.write(chunk, resolve))
      await wait(CHUNK_PAUSE)
    },
    end: () => response.end(),
    destroy: () => response.socket?.destroy(),
  }
}

function allow(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
  response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-expose-headers', 'retry-after, date, x-sse-heartbeat')
  const headers = request.headers['access-control-request-headers']
  const method = request.headers['access-control-request-method']
  if (headers) response.setHeader('access-control-allow-headers', headers)
  if (method) response.setHeader('access-control-allow-methods', method)
}

function describe(request: IncomingMessage, body: string, at: number): MockRequest {
  const { method = 'GET', url = '/' } = request
  // Not as the base of a relative URL: a path may begin with two slashes.
  const { pathname, searchParams } = new URL(url.startsWith('/') ? `http://localhost${url}` : 'http://localhost')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  // Node reads header bytes as Latin-1; an id is UTF-8.
  const header = Buffer.from(headers['last-event-id'] ?? '', 'latin1').toString()
  const query = Object.fromEntries(searchParams)
  return { method, url, path: pathname, query, headers, lastEventId: header || (query.lastEventId ?? ''), body, at }
}
