import type { Clock } from '../src/base/clock.ts'
import { setTimer } from '../src/base/clock.ts'
import { callSafely, requestError, SSEError } from '../src/base/errors.ts'
import { checkRequest } from '../src/connection/request.ts'
import {
  type Block,
  fetchTransport,
  type PerAttempt,
  type RequestHeaders,
  type TransportLink,
  type TransportSink,
} from '../src/index.ts'
import { checkResponse } from '../src/transports/response.ts'

/** HTML 9.2.2, "readyState". */
export const STATES = { CONNECTING: 0, OPEN: 1, CLOSED: 2 } as const

/** How long the source waits before it reconnects, in milliseconds, until a server sends `retry`: as long as Chromium. */
const RECONNECTION_TIME = 3000

/** The request of an EventSource. */
export interface SourceOptions {
  readonly url: string
  readonly withCredentials: boolean
  readonly headers?: PerAttempt<RequestHeaders | undefined> | undefined
  /** Undefined: the global one, looked up for each attempt. */
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly clock: Clock
  /**
   * Called after each event. Its promise resolves in another task.
   * @defaultValue the next event comes as soon as promises have settled
   */
  readonly nextTask?: (() => PromiseLike<unknown>) | undefined
}

/** The connection behind one EventSource: HTML 9.2.3, "Processing model". */
export class SourceConnection {
  readonly #target: EventTarget
  readonly options: SourceOptions
  #readyState: number = STATES.CONNECTING
  #reconnectionTime = RECONNECTION_TIME
  #lastEventId = ''
  /** Failed attempts in a row. */
  #failures = 0
  #link: TransportLink | undefined
  #timer: unknown
  /** The end of the queue of tasks. */
  #tasks: PromiseLike<unknown> = Promise.resolve()

  /** @param target - Where its events are dispatched. */
  constructor(target: EventTarget, options: SourceOptions) {
    this.#target = target
    this.options = options
  }

  get readyState(): number {
    return this.#readyState
  }

  close(): void {
    this.#readyState = STATES.CLOSED
    this.#link?.close()
    this.options.clock.clearTimeout(this.#timer)
  }

  /** Sends a request: steps 8 to 15 of the constructor, and those of "reestablish the connection". */
  async connect(): Promise<void> {
    const { url, withCredentials, headers, clock } = this.options
    const context = { attempt: this.#failures, lastEventId: this.#lastEventId }
    const credentials = withCredentials ? 'include' : 'same-origin'
    try {
      // Without a function the request is sent at once.
      const given = typeof headers === 'function' ? await headers(context) : headers
      if (this.#readyState === STATES.CLOSED) return
      const source = { origin: '' }
      const request = {
        ...checkRequest({ base: url, method: 'GET', credentials }, url, given),
        method: 'GET',
        body: undefined,
        credentials,
        fetch: this.#fetch(source),
        // The header below has it, whatever it looks like: the standard knows no other place for it.
        lastEventId: '',
        lastEventIdIn: 'header',
        lastEventIdParam: '',
        maxEventSize: Infinity,
        clock,
      } as const
      this.#link = fetchTransport().connect(request, this.#sink(source))
    } catch (error) {
      this.#end(error)
    }
  }

  /** A `fetch` that sends the last event id, and notes where the answer comes from, after redirects. */
  #fetch(source: { origin: string }): typeof globalThis.fetch {
    return async (input, init) => {
      const { fetch = globalThis.fetch } = this.options
      // An object: functions that add a header are often written as `{ ...init.headers, name: value }`.
      const headers = Object.fromEntries(new Headers(init?.headers))
      if (this.#lastEventId) headers['last-event-id'] = bytesOf(this.#lastEventId)
      const response = await fetch(input, { ...init, headers })
      const { status, headers: sent, body, url } = response
      try {
        // Without the body: the standard fails at the headers, and nothing of a refusal is waited for.
        await checkResponse({ status, headers: sent, body: null }, this.options.url)
      } catch (reason) {
        // An unread body keeps one of the six connections to its origin.
        body?.cancel().catch(() => {})
        throw reason
      }
      source.origin = new URL(url || this.options.url).origin
      // Here and not when the transport says so: to it, a response without a body is over before it opens.
      this.#announce()
      return response
    }
  }

  /** The reports of one attempt. After its link is closed, the queue ends in tasks that find a closed source. */
  #sink(source: { readonly origin: string }): TransportSink {
    return {
      block: (block) => this.#receive(block, source.origin),
      retry: (ms) => {
        this.#reconnectionTime = ms
      },
      end: (reason) => this.#end(reason),
      open() {},
      heard() {},
      comment() {},
      gap() {},
    }
  }

  /** HTML 9.2.3, "announce the connection". */
  #announce(): void {
    this.#failures = 0
    this.#queueTask(() => {
      this.#readyState = STATES.OPEN
      this.#dispatch(new Event('open'))
    })
  }

  /** HTML 9.2.6, "dispatch the event". */
  #receive({ type, data, id = this.#lastEventId }: Block, origin: string): undefined {
    this.#lastEventId = id
    if (data === undefined) return
    this.#queueTask(() => this.#dispatch(new MessageEvent(type, { data, origin, lastEventId: id })))
  }

  /** HTML 9.2.3, "reestablish the connection", or "fail the connection", which is for good. */
  #end(reason: unknown): void {
    this.#queueTask(() => {
      const error = this.#errorOf(reason)
      const isFinal = reason === 'stop' || isFatal(error)
      this.#readyState = isFinal ? STATES.CLOSED : STATES.CONNECTING
      this.#dispatch(Object.assign(new Event('error'), { error }))
      // The page may have closed it in its handler.
      if (this.#readyState === STATES.CLOSED) return
      this.#failures++
      this.#timer = setTimer(this.options.clock, this.#reconnectionTime, () => this.connect())
    })
  }

  #errorOf(reason: unknown): SSEError | undefined {
    if (reason === 'stop' || reason === 'eof') return undefined
    return reason instanceof SSEError ? reason : requestError(this.options.url, 'network', reason, { cause: reason })
  }

  /** As the standard has it, each event is a task of its own: promises that a handler resolves are dealt with before the next. */
  #queueTask(task: () => void): void {
    this.#tasks = this.#tasks
      .then(() => {
        if (this.#readyState !== STATES.CLOSED) task()
      })
      .then(this.options.nextTask)
  }

  /**
   * An error of a handler is reported, as browsers do: the EventTarget of happy-dom lets it through, and it would end the
   * stream.
   */
  #dispatch(event: Event): void {
    callSafely(() => this.#target.dispatchEvent(event))
  }
}

/**
 * Whether an attempt ends the source for good: the response opens no stream, the request can never be sent, or the page
 * stopped loading (an "aborted network error").
 */
const isFatal = (error: SSEError | undefined): boolean =>
  error !== undefined && (error.code !== 'network' || (error.cause as Error | undefined)?.name === 'AbortError')

/** Bytes of UTF-8, one per character ("isomorphic decode"): the value of a header. */
const bytesOf = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
