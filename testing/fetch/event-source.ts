import type { Clock } from '../../src/index.ts'
import { baseAddress } from '../request/request.ts'
import { SourceConnection, STATES } from './source-connection.ts'

type Listener = ((event: Event) => unknown) | null

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
    readonly #connection: SourceConnection

    constructor(url: string | URL, init?: EventSourceInit) {
      super()
      this.url = parse(url)
      this.withCredentials = Boolean(init?.withCredentials)
      if (!callsAttributes())
        for (const type of ['open', 'message', 'error']) this.addEventListener(type, this.#callAttribute)
      const { url: address, withCredentials } = this
      this.#connection = new SourceConnection(this, { url: address, withCredentials, fetch, clock })
      void this.#connection.connect()
    }

    get readyState(): number {
      return this.#connection.readyState
    }

    close(): void {
      this.#connection.close()
    }

    readonly #callAttribute = (event: Event): void => {
      if (event.type === 'open') this.onopen?.(event)
      else if (event.type === 'error') this.onerror?.(event)
      else this.onmessage?.(event)
    }
  }
  // The standard's types overload addEventListener in a way that no class can be written to.
  return MockEventSource as unknown as typeof globalThis.EventSource
}

/** What is thrown has the name that the standard gives it, in environments without DOMException too. */
function parse(url: string | URL): string {
  try {
    return new URL(url, baseAddress()).href
  } catch (cause) {
    throw Object.assign(new SyntaxError(`EventSource: ${url} cannot be parsed as a URL`), { cause })
  }
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
