import { requestError } from '../base/errors.ts'
import { same } from '../base/same.ts'
import { taskIfLate } from '../base/task.ts'
import { isCrossOrigin, withParam } from '../base/url.ts'
import { createBlockParser, takeFields } from './parse.ts'
import type { TransportRequest } from './request.ts'
import { checkResponse } from './response.ts'
import type { Transport, TransportSink } from './transport.ts'

/**
 * The default transport: `fetch` and a streamed body. Request headers, methods and bodies, response statuses, comments and
 * `retry:` fields are all there, and an event costs a function call where the native EventSource queues a task for each.
 */
export function fetchTransport(): Transport {
  return {
    connect(request, sink) {
      const controller = new AbortController()
      run(request, sink, controller.signal).then(sink.end, sink.end)
      return { close: () => controller.abort() }
    },
  }
}

/**
 * How to treat redirects: they are followed only if no header may be a secret. A redirect to another origin takes along every
 * header but Authorization (Fetch 4.4, step 13).
 */
export const redirectMode = (headers: Headers): NonNullable<RequestInit['redirect']> =>
  [...headers.keys()].every((name) => /^(accept|content-|authorization$)/.test(name)) ? 'follow' : 'manual'

/** @returns What ends the attempt, unless it throws that. */
async function run(request: TransportRequest, sink: TransportSink, signal: AbortSignal): Promise<unknown> {
  const { body, headers } = await openResponse(request, signal)
  const reader = body?.getReader()
  // No body at all is an empty one; a platform that cannot stream has no such property.
  if (!reader) return body === null ? 'eof' : requestError(request.url, 'options', 'use eventSourceTransport()')
  // Not every fetch that is handed in lets the signal end it.
  const cancel = (): unknown => reader.cancel().catch(same)
  if (signal.aborted) return cancel()
  signal.addEventListener('abort', cancel)
  sink.open({ heartbeatMs: +(headers.get('x-sse-heartbeat') as string) })
  const parse = createBlockParser(request.maxEventSize, () => sink.gap({ reason: 'too-large' }), takeFields(sink))
  for (;;) {
    const { value } = await reader.read()
    // Lines before the end without a blank line are no event (HTML 9.2.6, last paragraph).
    if (!value) return 'eof'
    sink.heard()
    for (const block of parse(value)) {
      sink.block(block)
      const task = taskIfLate()
      if (!task) continue
      await task
      // The bytes that arrived end the silence.
      sink.heard()
    }
  }
}

/**
 * Sends a request, and checks that the response opens a stream.
 * @throws The error that ends the attempt, see {@link checkResponse}; or that of `fetch`.
 */
async function openResponse(request: TransportRequest, signal: AbortSignal): Promise<Response> {
  // As a function of its own: called as a method, the platform's fetch is an illegal invocation.
  const { fetch, method, body, credentials, lastEventId, lastEventIdParam } = request
  // A copy: layers may send one request twice.
  const headers = new Headers(request.headers)
  const redirect = redirectMode(headers)
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream')
  let { url } = request
  if (hasIdInUrl(request)) url = withParam(url, lastEventIdParam, lastEventId)
  else if (lastEventId) headers.set('last-event-id', byteString(lastEventId))
  const response = await fetch(url, {
    method,
    headers,
    body,
    credentials,
    redirect,
    signal,
    cache: 'no-store',
    // Without it a body that is a stream is refused (Fetch 5.4).
    duplex: 'half',
  } as RequestInit)
  await checkResponse(response, request.url)
  return response
}

/** In characters. Common servers refuse longer headers. */
export const ID_MAX = 8192

/**
 * Whether the last event id travels in the URL. With `auto` it does to another origin, where the header would cost a preflight:
 * it is not CORS-safelisted. An id that a header cannot carry unchanged travels in the URL as well.
 */
export const hasIdInUrl = ({ url, lastEventId, lastEventIdIn }: TransportRequest): boolean =>
  lastEventId !== '' &&
  (lastEventIdIn === 'query' ||
    (lastEventIdIn === 'auto' && isCrossOrigin(url)) ||
    lastEventId.length > ID_MAX ||
    // Edges that are trimmed (Fetch 2.2.2), and control characters, which servers refuse.
    /^ | $|\p{Cc}/u.test(lastEventId))

/** UTF-8 bytes, one per character: a header is a byte string, and `fetch` throws on anything above U+00FF (Fetch 5.1). */
export const byteString = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text))
