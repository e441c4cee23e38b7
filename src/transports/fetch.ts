import { headerValue, withParam } from '../cursor.ts'
import { createStreamParser } from './parse.ts'
import { refusal } from './response.ts'
import type { Transport, TransportRequest, TransportSink } from './transport.ts'

/**
 * The default transport: `fetch` and a streamed body. Headers, methods and bodies of requests, statuses of
 * responses, comments and `retry:` fields are all there, and an event costs a function call where the native
 * EventSource queues a task for each.
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

/** Whether this platform can read a body while it arrives; React Native's fetch, for one, cannot. */
export const canStream = (): boolean => typeof Response === 'function' && 'body' in Response.prototype

/** A redirect to another origin takes along every header but Authorization (Fetch 4.4, step 13): any other may be a secret. */
const SAFE = /^(authorization|accept|accept-language|content-language|content-type)$/

/** @returns What ends the try, unless it throws that. */
async function run(request: TransportRequest, sink: TransportSink, signal: AbortSignal): Promise<unknown> {
  // As a function of its own: called as a method, the platform's fetch is an illegal invocation.
  const { fetch, method, body, credentials, lastEventId } = request
  const headers = new Headers(request.headers)
  const redirect = [...headers.keys()].every((name) => SAFE.test(name)) ? 'follow' : 'manual'
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream')
  let { url } = request
  if (lastEventId) {
    const value = isCrossOrigin(url) ? undefined : headerValue(lastEventId)
    if (value) headers.set('last-event-id', value)
    else url = withParam(url, request.lastEventIdParam, lastEventId)
  }

  const init: RequestInit = { method, headers, credentials, redirect, signal, cache: 'no-store' }
  // Some implementations take an explicit undefined for a body.
  if (body !== undefined) init.body = body
  const response = await fetch(url, init)
  const refused = refusal(response, url, request.clock.now())
  if (refused) return refused

  const reader = response.body?.getReader()
  if (!reader) return canStream() ? 'eof' : TypeError('fetch cannot stream here')
  // Not every fetch that is handed in lets the signal end it.
  const cancel = (): unknown => reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  if (signal.aborted) return cancel()
  sink.open(Number(response.headers.get('x-sse-heartbeat')))
  const parse = createStreamParser(sink, request.maxEventSize)
  for (;;) {
    const { done, value } = await reader.read()
    // What stands before the end without a blank line is no event (HTML 9.2.6, last paragraph).
    if (done || signal.aborted) return 'eof'
    sink.heard()
    parse(value)
  }
}

/** Over there the header would cost a preflight: it is not CORS-safelisted. False where there is no origin, as in Node. */
const isCrossOrigin = (url: string): boolean => (globalThis.location ? new URL(url).origin !== location.origin : false)
