import type { Clock } from '../../src/index.ts'
import type { Wire } from '../mock/wire.ts'
import { isRedirect, redirected } from '../request/redirect.ts'
import { type MockRequest, readRequest } from '../request/request.ts'
import { type LocalRequest, LocalWire } from './local-wire.ts'
import { createOpaqueRedirect } from './response.ts'

/** Answers requests. @returns To be called when the client has left. */
type AnswerRequest = (request: MockRequest, wire: Wire) => () => void

/** Redirects that a request follows before it fails (Fetch 4.4, step 5). */
const REDIRECTS = 20

/** The two ways to ask a mock in this process. */
export interface LocalServer {
  /** Follows redirects, as the global `fetch` does. */
  readonly fetch: typeof globalThis.fetch
  /** Answers a request as it is, and follows no redirect. */
  respond(request: Request): Promise<Response>
}

export function createLocalServer(
  answer: AnswerRequest,
  clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>,
): LocalServer {
  async function exchange(request: MockRequest, local: LocalRequest): Promise<Response> {
    local.signal?.throwIfAborted()
    return new LocalWire(local, clock).answerWith((wire) => answer(request, wire))
  }

  return {
    async fetch(input, init) {
      const { request, url, redirect, signal } = await readRequest(input, init, clock.now())
      let seen = request
      let from = url
      for (let left = REDIRECTS; left >= 0; left--) {
        const response = await exchange(seen, { url: from, redirected: left < REDIRECTS, signal })
        const { status, headers } = response
        if (!isRedirect(status)) return response
        if (redirect === 'manual') return createOpaqueRedirect(from.href)
        if (redirect === 'error') break
        const location = headers.get('location')
        if (!location) return response
        const to = new URL(location, from)
        seen = redirected(seen, { status, from, to, at: clock.now() })
        from = to
      }
      throw new TypeError('Failed to fetch: redirected')
    },
    async respond(incoming) {
      const { request, url, signal } = await readRequest(incoming, undefined, clock.now())
      return exchange(request, { url, redirected: false, signal })
    },
  }
}
