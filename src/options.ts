import type { Clock } from './clock.ts'
import type { Parse, StandardSchema } from './decode.ts'
import type { SSEError } from './errors.ts'
import type { Observer } from './observers.ts'
import type { RetryFunction, RetryOptions } from './retry.ts'
import type { Transport } from './transports/transport.ts'

/** What a function that makes a URL, headers or a body may look at. */
export interface RequestContext {
  /** Tries in a row that have failed; 0 on the first. */
  readonly attempt: number
  /** The id that the stream is about to be resumed from; '' for none. */
  readonly lastEventId: string
}

/** A value, or a function that makes a fresh one for each try. */
export type PerTry<T> = T | ((context: RequestContext) => T | PromiseLike<T>)

/** Headers as an object; those that are undefined are left out. */
export type RequestHeaders = Readonly<Record<string, string | undefined>> | Headers

/** Where the stream is. A relative URL is resolved against the document. */
export type SSEUrl = PerTry<string | URL>

/** Where the last event id is kept. What it throws is reported, and the subscription goes on without it. */
export interface CursorStorage {
  /** The id that was saved last; nothing for none. Asked for once, before the first request. */
  load(): string | null | undefined | PromiseLike<string | null | undefined>
  /** Keeps an id; '' for none. At most once a second, and when the page or the stream is left. */
  save(id: string): unknown
}

/** A schema for each event that has one. */
export type Schemas<E> = { readonly [N in keyof E]?: StandardSchema<E[N]> }

/** How a subscription behaves. All of it is optional. Times are in milliseconds. */
export interface SSEOptions<E = Record<string, unknown>> extends Observer<E> {
  /**
   * The HTTP method.
   * @defaultValue 'GET'
   */
  readonly method?: string | undefined
  /** Request headers, or an (async) function that makes them for each try, so that a token is always fresh. */
  readonly headers?: PerTry<RequestHeaders> | undefined
  /** The request's body, or a function that makes one for each try; it needs a `method` that has a body. */
  readonly body?: PerTry<BodyInit | undefined> | undefined
  /**
   * Whether cookies go along (Fetch 2.2.5).
   * @defaultValue 'same-origin'
   */
  readonly credentials?: RequestCredentials | undefined
  /**
   * Sends the request.
   * @defaultValue the global `fetch`
   */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * What carries the stream: `fetchTransport`, `eventSourceTransport`, or your own. `'auto'`: fetch where it can stream,
   * else the native EventSource.
   * @defaultValue 'auto'
   */
  readonly transport?: Transport | (() => Transport) | 'auto' | undefined

  /**
   * Called on status 401. When its promise resolves, one more request is sent at once, with the headers and the URL
   * made afresh; a second 401, or a rejection, closes with code `unauthorized` until `connect()`. Never runs twice at a time.
   */
  readonly onUnauthorized?: ((error: SSEError) => unknown) | undefined

  /**
   * How the text of an event becomes its `data`. Events that nobody subscribes to are not decoded.
   * @defaultValue 'json'
   */
  readonly parse?: Parse | undefined
  /**
   * The name an event is routed by; it is given the event with its decoded `data`. Use `byDataType` for payloads that
   * carry a `type`.
   * @defaultValue the event's own name: its `event:` field, 'message' if it has none
   */
  readonly type?:
    | ((event: { readonly type: string; readonly data: unknown; readonly id: string; readonly raw: string }) => string)
    | undefined
  /** A Standard Schema (zod, valibot, arktype …) for each event that is to be checked; the payloads' types follow from them. */
  readonly events?: Schemas<E> | undefined

  /**
   * When to try again after a failure. `false`: never. A function: your own timing.
   * @defaultValue full jitter from 1 s, doubled up to 30 s, without end; see {@link RetryOptions}
   */
  readonly retry?: RetryOptions | RetryFunction | false | undefined
  /**
   * The longest silence before the line counts as dead. A number: that many milliseconds. `false` or Infinity: any.
   * `'auto'`: 2.5 times the interval that the server announced (a `connected` event's `heartbeatMs`, or the header
   * `X-SSE-Heartbeat`), or that three heartbeats showed, but never under 10 s; until one is known, any.
   * @defaultValue 'auto'
   */
  readonly heartbeat?: 'auto' | number | false | undefined
  /**
   * How long to wait for the response's headers. 0 or Infinity: for ever.
   * @defaultValue 15000
   */
  readonly connectTimeout?: number | undefined
  /**
   * `subscribe`: the stream has no end; when it stops, reconnect. `request`: the end of the response is the end, as
   * with a completion streamed from a model; the request is never sent a second time by itself, but to resume from an id or after a refusal with 401.
   * @defaultValue 'subscribe'
   */
  readonly mode?: 'subscribe' | 'request' | undefined

  /**
   * Where to start: an id that the server knows.
   * @defaultValue ''
   */
  readonly lastEventId?: string | undefined
  /**
   * The query parameter for the last event id, where it does not travel in its header: to another origin, where the header
   * would cost a preflight, and with the native EventSource.
   * @defaultValue 'lastEventId'
   */
  readonly lastEventIdParam?: string | undefined
  /**
   * Where the last event id is kept, so that a page that is loaded again resumes. `'memory'`: nowhere. `'session'`: in
   * sessionStorage, for reloads of this tab. `'local'`: in localStorage, for the next visit too; of several tabs the one that
   * wrote last counts. Both keep it under the URL and `scope`, for the latest 50 streams. `{ load, save }`: a storage of
   * your own, which may be async. `lastEventId`, where given, goes before what was kept.
   * @defaultValue 'memory'
   */
  readonly resume?: 'memory' | 'session' | 'local' | CursorStorage | undefined
  /**
   * Whose stream it is, or which, where the URL does not tell: the id of who is signed in, say. Cursors are kept, and connections
   * shared among tabs (`headwater/tabs`), only within one scope.
   * @defaultValue ''
   */
  readonly scope?: string | undefined
  /**
   * When the cursor moves past an event. `'received'`: when it arrives. `'handled'`: when its handlers, async ones too, have
   * all succeeded, and those of every event before it. A failure holds it for as long as the connection lasts: the next one
   * starts there, so that handlers see that event again, and those after it once more. At least once, not exactly once.
   * @defaultValue 'received'
   */
  readonly commit?: 'received' | 'handled' | undefined
  /**
   * Drop what the server sends again after a reconnect: with ids in order, all that lies behind the cursor; else the first
   * events of the new connection that equal one of the last 128 in id, name and data.
   * @defaultValue true
   */
  readonly dedupe?: boolean | undefined

  /**
   * Topics that this client wants from the start, whoever listens; they travel as the query parameter `topics`.
   * `sse.topic()` adds to them.
   * @defaultValue []
   */
  readonly topics?: readonly string[] | undefined
  /**
   * Where changes of the topics are sent while the stream is open.
   * @defaultValue the URL of the stream
   */
  readonly topicsUrl?: SSEUrl | undefined
  /**
   * Where `send()` sends.
   * @defaultValue the URL of the stream
   */
  readonly sendUrl?: SSEUrl | undefined

  /**
   * How long the connection stays open when nobody listens any more, so that a page can change what it shows without
   * reconnecting. 0: not at all. Infinity: for ever.
   * @defaultValue 1000
   */
  readonly linger?: number | undefined
  /**
   * How long nobody may look at the page before the connection is paused; it is resumed as soon as somebody does. 0: at once.
   * `false` or Infinity: it stays.
   * @defaultValue false
   */
  readonly pauseWhenHidden?: number | false | undefined
  /**
   * The longest event, in characters. A longer one is dropped and reported as a gap; it never fills the memory.
   * @defaultValue 4194304
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
