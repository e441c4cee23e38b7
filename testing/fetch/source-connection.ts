import { callSafely } from '../../src/base/errors.ts'
import type { Clock } from '../../src/index.ts'
import { createStreamParser } from '../../src/transports/parse.ts'

/** HTML 9.2.2, "readyState". */
export const STATES = { CONNECTING: 0, OPEN: 1, CLOSED: 2 } as const

/** How long browsers wait before they reconnect, in milliseconds, until a server sends `retry`. Chromium's; Firefox waits 5 s. */
const RECONNECTION_TIME = 3000

const EVENT_STREAM = /^text\/event-stream\s*(;|$)/i

/** What an EventSource connects with. */
export interface SourceOptions {
  readonly url: string
  readonly withCredentials: boolean
  readonly fetch: typeof globalThis.fetch
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>
}

/** The connection behind one EventSource: HTML 9.2.3, "Processing model". */
export class SourceConnection {
  readonly #target: EventTarget
  readonly #options: SourceOptions
  readonly #controller = new AbortController()
  #readyState: number = STATES.CONNECTING
  #reconnectionTime = RECONNECTION_TIME
  #lastEventId = ''
  #timer: unknown

  /** @param target - Where its events are dispatched. */
  constructor(target: EventTarget, options: SourceOptions) {
    this.#target = target
    this.#options = options
  }

  get readyState(): number {
    return this.#readyState
  }

  close(): void {
    this.#readyState = STATES.CLOSED
    this.#controller.abort()
    this.#options.clock.clearTimeout(this.#timer)
  }

  async connect(): Promise<void> {
    const { url, withCredentials, fetch } = this.#options
    const { signal } = this.#controller
    const headers = new Headers({ accept: 'text/event-stream' })
    // Bytes of UTF-8, as header values go (step 8 of the constructor's request, and "isomorphic").
    if (this.#lastEventId) headers.set('last-event-id', bytesOf(this.#lastEventId))
    const credentials = withCredentials ? 'include' : 'same-origin'
    try {
      const response = await fetch(url, { headers, credentials, cache: 'no-store', signal })
      if (signal.aborted) return
      if (response.status !== 200 || !EVENT_STREAM.test(response.headers.get('content-type') ?? '')) return this.#fail()
      this.#readyState = STATES.OPEN
      this.#dispatch(new Event('open'))
      await this.#read(response, signal)
    } catch {
      // A network error, or an aborted request. The signal tells them apart.
    }
    if (!signal.aborted) this.#reestablish()
  }

  async #read(response: Response, signal: AbortSignal): Promise<void> {
    const { origin } = new URL(response.url || this.#options.url)
    const parse = createStreamParser(
      {
        retry: (ms) => {
          this.#reconnectionTime = ms
        },
        comment() {},
        gap() {},
      },
      Infinity,
    )
    const reader = response.body?.getReader()
    for (;;) {
      const { value } = (await reader?.read()) ?? {}
      if (!value || signal.aborted) return
      for (const { type, data, id = this.#lastEventId } of parse(value)) {
        this.#lastEventId = id
        if (data === undefined || signal.aborted) continue
        this.#dispatch(new MessageEvent(type, { data, origin, lastEventId: id }))
      }
    }
  }

  /** HTML 9.2.3, "reestablish the connection". */
  #reestablish(): void {
    this.#readyState = STATES.CONNECTING
    this.#dispatch(new Event('error'))
    // The page may have closed it in its handler.
    if (this.#readyState !== STATES.CONNECTING) return
    this.#timer = this.#options.clock.setTimeout(() => this.connect(), this.#reconnectionTime)
  }

  /** HTML 9.2.3, "fail the connection": for good. */
  #fail(): void {
    this.close()
    this.#dispatch(new Event('error'))
  }

  /** What a handler throws is reported, as by browsers: the EventTarget of happy-dom lets it through, and it would end the stream. */
  #dispatch(event: Event): void {
    callSafely(() => this.#target.dispatchEvent(event))
  }
}

const bytesOf = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
