import type { Clock } from '../base/clock.ts'
import type { SSEError } from '../base/errors.ts'
import type { RetryFunction, RetryOptions } from '../decisions/retry.ts'
import type { Parse } from '../events/decode.ts'
import type { Observer } from '../events/observers.ts'
import type { LastEventIdIn, PerAttempt, RequestBody, RequestHeaders } from '../transports/request.ts'
import type { Layer, Transport } from '../transports/transport.ts'

/** How a client behaves. All of it is optional. Times are in milliseconds. */
export interface SSEOptions<E = Record<string, unknown>> extends Observer<E> {
  /**
   * The HTTP method.
   * @defaultValue 'GET'
   */
  readonly method?: string | undefined
  /** Request headers, or an (async) function that makes them for each attempt, so that a token is always fresh. With any header
   * but `Authorization`, `Accept…` and `Content-…`, redirects are not followed, as they would take it to another origin. */
  readonly headers?: PerAttempt<RequestHeaders | undefined> | undefined
  /**
   * The request's body: anything `fetch` takes; of an object, make text with `JSON.stringify`. It needs a `method` that has a body. A stream can be sent once, so give a
   * function that makes one for each attempt.
   */
  readonly body?: PerAttempt<RequestBody | undefined> | undefined
  /**
   * Whether cookies are sent (Fetch 2.2.5).
   * @defaultValue 'same-origin'
   */
  readonly credentials?: RequestInit['credentials'] | undefined
  /**
   * Sends the request.
   * @defaultValue the global `fetch`
   */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * The transport of the stream: `eventSourceTransport()`, `acrossTabs()` of `headwater/tabs`, or your own.
   * @defaultValue fetchTransport()
   */
  readonly transport?: Transport | Layer | undefined
  /** How to read the server's own events: `hub()` of `headwater/hub`, for `headwater/server`. */
  readonly server?: Layer | undefined

  /**
   * Called on status 401. When its promise resolves, one more request is sent at once, with new headers and URL; a second
   * 401, or a rejection, closes with code `unauthorized` until `connect()`. It never runs twice at a time. If it does not
   * answer within `connectTimeout`, that is a `timeout`.
   */
  readonly onUnauthorized?: ((error: SSEError) => unknown) | undefined

  /**
   * How the text of an event becomes its `data`: `'json'`, `'text'`, a function, or `schemas({ … })`. Events that nobody
   * subscribes to are not decoded.
   * @defaultValue 'json'
   */
  readonly parse?: Parse<E> | undefined
  /**
   * The name that an event is routed by; it is given the event with its decoded `data`. Use `byDataType` for payloads that
   * carry a `type`.
   * @defaultValue the event's own name: its `event:` field, 'message' if it has none
   */
  readonly type?:
    | ((event: { readonly type: string; readonly data: unknown; readonly id: string; readonly raw: string }) => string)
    | undefined

  /**
   * When to retry after a failure. `false`: never. A function: your own timing.
   * @defaultValue full jitter from 1 s, doubled up to 30 s, without end; see {@link RetryOptions}
   */
  readonly retry?: RetryOptions | RetryFunction | false | undefined
  /**
   * The longest silence before the connection counts as dead. A number: that many milliseconds. 0, `false` or Infinity: any.
   * `'auto'`: 2.5 times the interval that the server announced (the header `X-SSE-Heartbeat`, or with `hub()` the event
   * `connected`), or that three heartbeats showed, but never under 10 s; until one is known, any.
   * @defaultValue 'auto'
   */
  readonly heartbeat?: 'auto' | number | false | undefined
  /**
   * How long an attempt may take until the response headers are there, with all callbacks that make the request. 0 or
   * Infinity: for ever.
   * @defaultValue 15000
   */
  readonly connectTimeout?: number | undefined

  /**
   * Where to start: an id that the server knows.
   * @defaultValue ''
   */
  readonly lastEventId?: string | undefined
  /**
   * How the last event id travels. `'header'`: in `Last-Event-ID`; to another origin that costs a preflight. `'query'`: in
   * the URL, as {@link SSEOptions.lastEventIdParam}; not for URLs that are signed. `'auto'`: in the header, but to another
   * origin in the URL. An id that a header cannot carry travels in the URL.
   * @defaultValue 'auto'
   */
  readonly lastEventIdIn?: LastEventIdIn | undefined
  /**
   * The query parameter for the last event id.
   * @defaultValue 'lastEventId'
   */
  readonly lastEventIdParam?: string | undefined
  /**
   * Where the last event id is kept, so that a page that is loaded again resumes: `keepCursor()` of `headwater/resume`.
   * @defaultValue nowhere
   */
  readonly resume?: Layer | undefined
  /**
   * When the cursor moves past an event: with `handled()` of `headwater/resume`, when its handlers have succeeded. Then
   * events that the server sends again are not dropped.
   * @defaultValue when the event arrives
   */
  readonly commit?: Layer | undefined
  /**
   * Drop what the server sends again after a reconnect: the first events of the new connection that equal one of the last
   * 4,000 in id, name and data; with `hub()`, all events that lie behind the cursor.
   * @defaultValue true
   */
  readonly dedupe?: boolean | undefined

  /**
   * How long the connection stays open after the last subscriber has left, so that a page can change what it shows without
   * a reconnect. 0: not at all. Infinity: for ever.
   * @defaultValue 1000
   */
  readonly linger?: number | undefined
  /**
   * How long the page may be hidden before the connection is paused. It is resumed as soon as the page is visible. 0: at
   * once. `false` or Infinity: it stays.
   * @defaultValue false
   */
  readonly pauseWhenHidden?: number | false | undefined
  /**
   * The longest data of an event, in characters: a limit against abuse. A longer event is dropped and reported as a gap; it never
   * fills the memory. A name or an id may be 1,000 characters longer. 0: every event with data is dropped. Infinity: no limit.
   * @defaultValue 67108864
   */
  readonly maxEventSize?: number | undefined
  /** Closes the client when it aborts. */
  readonly signal?: AbortSignal | undefined
  /**
   * Time and chance, for tests.
   * @defaultValue the platform's
   */
  readonly clock?: Clock | undefined
}
