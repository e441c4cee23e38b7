import type { Clock } from '../../src/index.ts'
import { createStreamParser } from '../../src/transports/parse.ts'
import { baseAddress } from '../request/request.ts'

/** How long browsers wait before they reconnect, until a server says otherwise. Chromium's; Firefox waits 5 s. */
const RECONNECTION_TIME = 3000

const EVENT_STREAM = /^text\/event-stream\s*(;|$)/i

/**
 * An `EventSource` as browsers have it, over a `fetch`: for code under test that uses the global one. It is the algorithm of
 * HTML 9.2.3 and nothing more, so that such code fails here as it does in a browser.
 */
export function createEventSource(
  fetch: typeof globalThis.fetch,
  clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>,
): typeof globalThis.EventSource {
  const { CONNECTING, OPEN, CLOSED } = STATES

  // Made here and not when the module is loaded: a test environment may bring its own EventTarget.
  class MockEventSource extends EventTarget {
    static readonly CONNECTING = CONNECTING
    static readonly OPEN = OPEN
    static readonly CLOSED = CLOSED
    readonly CONNECTING = CONNECTING
    readonly OPEN = OPEN
    readonly CLOSED = CLOSED
    readonly url: string
    readonly withCredentials: boolean
    onopen: Listener = null
    onmessage: Listener = null
    onerror: Listener = null
    #readyState: number = CONNECTING
    #reconnectionTime = RECONNECTION_TIME
    #lastEventId = ''
    #controller = new AbortController()
    #timer: unknown

    constructor(url: string | URL, init?: EventSourceInit) {
      super()
      try {
        this.url = new URL(url, baseAddress()).href
      } catch (cause) {
        // What is thrown has the name that the standard gives it, in environments without DOMException too.
        throw Object.assign(new SyntaxError(`EventSource: ${url} cannot be parsed as a URL`), { cause })
      }
      this.withCredentials = Boolean(init?.withCredentials)
      if (!callsAttributes())
        for (const type of ['open', 'message', 'error']) this.addEventListener(type, this.#attribute)
      this.#connect()
    }

    get readyState(): number {
      return this.#readyState
    }

    close(): void {
      this.#readyState = CLOSED
      this.#controller.abort()
      clock.clearTimeout(this.#timer)
    }

    #attribute = (event: Event): void => {
      if (event.type === 'open') this.onopen?.(event)
      else if (event.type === 'error') this.onerror?.(event)
      else this.onmessage?.(event)
    }

    /** What a handler throws is reported, as by browsers: the EventTarget of happy-dom lets it through, and it would end the stream. */
    #emit(event: Event): void {
      try {
        this.dispatchEvent(event)
      } catch (error) {
        ;(globalThis.reportError ?? console.error)(error)
      }
    }

    async #connect(): Promise<void> {
      const { signal } = this.#controller
      const headers = new Headers({ accept: 'text/event-stream' })
      // Bytes of UTF-8, as header values go (step 8 of the constructor's request, and "isomorphic").
      if (this.#lastEventId) headers.set('last-event-id', bytesOf(this.#lastEventId))
      const credentials = this.withCredentials ? 'include' : 'same-origin'
      try {
        const response = await fetch(this.url, { headers, credentials, cache: 'no-store', signal })
        if (signal.aborted) return
        if (response.status !== 200 || !EVENT_STREAM.test(response.headers.get('content-type') ?? ''))
          return this.#fail()
        this.#readyState = OPEN
        this.#emit(new Event('open'))
        await this.#read(response, signal)
      } catch {
        // A network error, or an aborted request: which, the signal says.
      }
      if (!signal.aborted) this.#reestablish()
    }

    async #read(response: Response, signal: AbortSignal): Promise<void> {
      const { origin } = new URL(response.url || this.url)
      const parse = createStreamParser(
        {
          block: ({ type, data, id = this.#lastEventId }) => {
            this.#lastEventId = id
            if (data === undefined || signal.aborted) return undefined
            this.#emit(new MessageEvent(type, { data, origin, lastEventId: id }))
            return undefined
          },
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
        parse(value)
      }
    }

    /** HTML 9.2.3, "reestablish the connection". */
    #reestablish(): void {
      this.#readyState = CONNECTING
      this.#emit(new Event('error'))
      // The page may have closed it in its handler.
      if (this.#readyState !== CONNECTING) return
      this.#timer = clock.setTimeout(() => this.#connect(), this.#reconnectionTime)
    }

    /** HTML 9.2.3, "fail the connection": for good. */
    #fail(): void {
      this.close()
      this.#emit(new Event('error'))
    }
  }
  // The standard's types overload addEventListener in a way that no class can be written to.
  return MockEventSource as unknown as typeof globalThis.EventSource
}

/** Whether every EventTarget calls what stands in `on…` by itself, as happy-dom's does. */
function callsAttributes(): boolean {
  let called = false
  class Probe extends EventTarget {
    onopen = (): void => {
      called = true
    }
  }
  new Probe().dispatchEvent(new Event('open'))
  return called
}

type Listener = ((event: Event) => unknown) | null

const STATES = { CONNECTING: 0, OPEN: 1, CLOSED: 2 } as const

const bytesOf = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
