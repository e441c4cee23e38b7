import { requestError, SSEError } from '../base/errors.ts'
import { same } from '../base/same.ts'
import { taskIfLate } from '../base/task.ts'
import { backoff, type CompleteRetry, leastWait, RETRY, type RetryOptions } from '../decisions/retry.ts'
import { type Parse, type PayloadParser, parsePayload } from '../events/decode.ts'
import type { EventMap, EventName } from '../events/event.ts'
import { byteString, ID_MAX, redirectMode } from '../transports/fetch.ts'
import { createBlockParser } from '../transports/parse.ts'
import type { RequestBody, RequestHeaders } from '../transports/request.ts'
import { checkResponse } from '../transports/response.ts'
import type { Block } from '../transports/transport.ts'

const EVENT_MAX = 64 * 1024 * 1024

/** It has a name of its own, so that editors show that instead of all fields. */
type NamedRequestEvent<T extends string, D> = {
  readonly type: T
  readonly data: D
  /** The last event id at this event; '' if there is none. */
  readonly id: string
  /** The text that `data` was made of. */
  readonly raw: string
}

/** One event of a response, narrowed by its `type`. */
export type RequestEvent<E = Record<string, unknown>> = {
  [T in EventName<E>]: NamedRequestEvent<T, E[T]>
}[EventName<E>]

/** How {@link requestEvents} sends its request, and reads the response. */
export interface RequestEventsOptions<E = Record<string, unknown>> {
  /**
   * The HTTP method.
   * @defaultValue 'GET'
   */
  readonly method?: string | undefined
  readonly headers?: RequestHeaders | undefined
  /** The request's body: anything `fetch` takes. */
  readonly body?: RequestBody | undefined
  /**
   * Whether cookies are sent (Fetch 2.2.5).
   * @defaultValue 'same-origin'
   */
  readonly credentials?: RequestInit['credentials'] | undefined
  /** Ends the request when it aborts. The loop throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * Sends the request.
   * @defaultValue the global `fetch`
   */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * How the text of an event becomes its `data`: `'json'`, `'text'`, a function, or `schemas({ … })`.
   * @defaultValue 'json'
   */
  readonly parse?: Parse<E> | undefined
  /** The event that ends the response before it is parsed: its text, as `'[DONE]'`, or a function. It is not yielded. */
  readonly done?:
    | string
    | ((event: { readonly type: string; readonly raw: string; readonly id: string }) => boolean)
    | undefined
  /**
   * Where to start: an id that the server knows.
   * @defaultValue ''
   */
  readonly lastEventId?: string | undefined
  /**
   * Send the request again if the connection breaks, to resume after the last event id; never before there was one. A second
   * request may have effects on the server: give this only if it resumes.
   * @defaultValue false
   */
  readonly retry?: RetryOptions | false | undefined
  /**
   * The longest event, in characters. A longer one is an error, `too-large`.
   * @defaultValue 67108864
   */
  readonly maxEventSize?: number | undefined
}

/**
 * The events of a response that ends: tokens of a language model, the progress of a job. It is no subscription: the request is
 * sent once, when the loop begins. It reads no further than the loop asks, and cancels the response when the loop is left.
 *
 * @example
 * for await (const { data } of requestEvents('/api/complete', { method: 'POST', body, done: '[DONE]' })) show(data)
 *
 * @throws SSEError: `http`, `unauthorized` or `content-type` for a response that is refused, with its `status`, `retryAfter` and
 *   `body` · `network` if the request fails or the connection breaks · `too-large`. An error that `parse` throws.
 */
export async function* requestEvents<E extends EventMap = Record<string, unknown>>(
  url: string | URL,
  { parse = 'json', done, retry, lastEventId = '', ...request }: RequestEventsOptions<E> = {},
): AsyncGenerator<RequestEvent<E>, void, undefined> {
  const { signal, body } = request
  const { validate } = parse as PayloadParser
  // An option that is undefined counts as left out.
  const policy = { ...retry } as CompleteRetry & Record<string, unknown>
  for (const name in RETRY) policy[name] ??= RETRY[name as keyof CompleteRetry]
  let id = lastEventId
  let failures = 0
  let canResume: boolean | undefined
  for (;;) {
    signal?.throwIfAborted()
    const startedAt = performance.now()
    try {
      for await (const block of readBlocks(`${url}`, request, id)) {
        id = block.id ?? id
        // A body that is a stream can be sent only once, and servers refuse a longer header.
        canResume = !!id && id.length <= ID_MAX && !(body instanceof ReadableStream)
        if (performance.now() - startedAt >= policy.resetAfter) failures = 0
        const { type, data: raw } = block
        if (raw === undefined) continue
        if (typeof done === 'function' ? done({ type, raw, id }) : raw === done) return
        let data = parsePayload(parse, raw, type)
        if (validate) data = validate(data, type)
        yield { type, data, id, raw } as RequestEvent<E>
        // The application's work with the event takes time.
        await taskIfLate()
        signal?.throwIfAborted()
      }
      return
    } catch (error) {
      signal?.throwIfAborted()
      if (error === 'stop') return
      // An error of `parse` is not an SSEError.
      const mayPass = error instanceof SSEError && (error.status ? error.status >= 500 : error.code === 'network')
      const delay = retry && canResume && mayPass && backoff(++failures, undefined, policy, Math.random(), false)
      if (!delay) throw error
      await wait(Math.max(delay, leastWait((error as SSEError).retryAfter, Math.random())), signal)
    }
  }
}

/** Waits, but no longer than until the signal aborts. */
const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
    function end(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
  })

/** The blocks of one response, read as they are asked for. */
async function* readBlocks(
  url: string,
  { headers: given, fetch = globalThis.fetch, maxEventSize = EVENT_MAX, ...init }: RequestEventsOptions,
  lastEventId: string,
): AsyncGenerator<Block, void, undefined> {
  const fail = (cause: unknown): never => {
    throw requestError(url, 'network', cause, { cause })
  }
  const headers = new Headers(given as HeadersInit)
  const redirect = redirectMode(headers)
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream')
  if (lastEventId) headers.set('last-event-id', byteString(lastEventId))
  const sent = { ...init, headers, redirect, cache: 'no-store', duplex: 'half' } as RequestInit
  // One that is handed in may throw at once.
  const send = async (): Promise<Response> => fetch(url, sent)
  const response = await send().catch(fail)
  await checkResponse(response, url)
  const refuse = (): never => {
    throw requestError(url, 'too-large', 'over maxEventSize')
  }
  const parse = createBlockParser(maxEventSize, refuse, same)
  // No body at all is an empty one.
  if (response.body === null) return
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { value } = await reader.read().catch(fail)
      if (!value) return
      yield* parse(value)
    }
  } finally {
    reader.cancel().catch(same)
  }
}
