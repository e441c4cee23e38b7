import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Wire } from '../mock/exchange.ts'
import { TIMER_MAX } from '../platform/clock.ts'
import { everyOrigin } from '../request/cors.ts'
import { addressed, type MockRequest } from '../request/request.ts'

/** TCP joins what is written in one go: a chunk that is to arrive alone must have left before the next. */
const CHUNK_PAUSE = 5

/**
 * What an exchange is written to; `ended` says whether the mock has ended it.
 * @param started - Called with the status and whether a stream is what the headers announce.
 */
export function wireOf(
  response: ServerResponse,
  preamble: string,
  started: (status: number, isStream: boolean) => void,
): Wire & { readonly ended: boolean } {
  let ended = false
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  // A wait for a client that has left ends: a test must not hang on it.
  const wait = (ms: number): Promise<void> =>
    sleep(Math.min(ms, TIMER_MAX), undefined, { signal: gone.signal }).catch(() => {})
  return {
    wait,
    // When the client has read it, only the client knows.
    settle: () => Promise.resolve(),
    head(status, headers) {
      // No batching of small writes: what is sent apart should travel apart.
      response.socket?.setNoDelay(true)
      response.writeHead(status, headers)
      response.flushHeaders()
      const isStream = headers['content-type']?.includes('event-stream') ?? false
      if (isStream) response.write(preamble)
      started(status, isStream)
    },
    async write(chunk) {
      await new Promise((resolve) => response.write(chunk, resolve))
      await wait(CHUNK_PAUSE)
    },
    get ended() {
      return ended
    },
    end() {
      ended = true
      response.end()
    },
    destroy() {
      ended = true
      response.socket?.destroy()
    },
  }
}

/** Lets pages of every origin in, with credentials. */
export function allowEverybody(request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(everyOrigin(request.headers.origin))) response.setHeader(name, value)
  const headers = request.headers['access-control-request-headers']
  const method = request.headers['access-control-request-method']
  if (headers) response.setHeader('access-control-allow-headers', headers)
  if (method) response.setHeader('access-control-allow-methods', method)
}

/** The body as text; undefined if the client went in the middle of it. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const body: Buffer[] = []
  try {
    for await (const chunk of request) body.push(chunk)
  } catch {
    return undefined
  }
  return Buffer.concat(body).toString()
}

/** Where a request goes. Not as the base of a relative URL: a path may begin with two slashes. */
export const addressOf = ({ url = '/' }: IncomingMessage): URL =>
  new URL(url.startsWith('/') ? `http://localhost${url}` : 'http://localhost')

/** @param at - When it came, in epoch milliseconds. */
export function describe(request: IncomingMessage, body: string, at: number): MockRequest {
  const { method = 'GET', url = '/' } = request
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  return { method, headers, body, at, ...addressed(addressOf(request), headers), url }
}
