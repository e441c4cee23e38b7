import { optionError } from '../src/base/check.ts'
import type { Clock } from '../src/base/clock.ts'
import type { SSEError } from '../src/base/errors.ts'
import type { PerAttempt, RequestHeaders } from '../src/index.ts'
import { callsAttributes, EventAttributes } from './event-attributes.ts'
import { SourceConnection, type SourceOptions, STATES } from './eventsource-connection.ts'

/** The standard's dictionary, and what page script could not choose until now. */
export interface EventSourceInit {
  /**
   * Whether cookies go to another origin.
   * @defaultValue false
   */
  readonly withCredentials?: boolean | undefined
  /**
   * Request headers, or an (async) function that makes them for each attempt. If it throws or rejects, the attempt fails as by a
   * network error.
   * @defaultValue none but `accept`
   */
  readonly headers?: PerAttempt<RequestHeaders | undefined> | undefined
  /**
   * Sends the requests. Its `init.headers` is a plain object.
   * @defaultValue the global `fetch`, looked up for each attempt
   */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** An `error` event that says what happened. */
export interface EventSourceErrorEvent extends Event {
  /** Why the attempt failed. Undefined if the server ended the stream in order, or answered with status 204. */
  readonly error?: SSEError | undefined
}

/** By way of EventTarget: a project for Node alone has no types of those names. */
type Listen = Parameters<EventTarget['addEventListener']>
type Listener = NonNullable<Listen[1]>
type ListenerOptions = Listen[2]

/** An EventSource as the standard has it (HTML 9.2.2). Of its events, `error` says more. */
export interface Source extends Omit<globalThis.EventSource, 'onerror' | 'addEventListener'> {
  onerror: ((this: globalThis.EventSource, event: EventSourceErrorEvent) => unknown) | null
  addEventListener(
    type: 'error',
    listener: (this: Source, event: EventSourceErrorEvent) => unknown,
    options?: ListenerOptions,
  ): void
  addEventListener(type: 'open', listener: (this: Source, event: Event) => unknown, options?: ListenerOptions): void
  addEventListener(
    type: string,
    listener: (this: Source, event: MessageEvent) => unknown,
    options?: ListenerOptions,
  ): void
  addEventListener(type: string, listener: Listener, options?: ListenerOptions): void
}

/** The class of sources. */
export interface EventSourceConstructor {
  readonly prototype: Source
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSED: 2
  /**
   * Connects at once.
   * @throws DOMException `SyntaxError` for a URL that cannot be parsed.
   */
  new (url: string | URL, init?: EventSourceInit): Source
}

/** The base of all sources. A mock has its own. */
export interface SourcePlatform {
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly clock: Clock
  readonly nextTask?: SourceOptions['nextTask']
  /** The base of a relative URL. */
  readonly getBase: () => string | undefined
}

type Handler<E> = ((this: globalThis.EventSource, event: E) => unknown) | null

/** Makes a class. A mock makes it late: a test environment may bring an EventTarget of its own. */
export function createEventSource(platform: SourcePlatform): EventSourceConstructor {
  const callsByItself = callsAttributes()

  class EventSource extends EventTarget {
    readonly #connection: SourceConnection
    readonly #attributes = new EventAttributes(this, callsByItself)

    constructor(url: string | URL, init: EventSourceInit | null = {}) {
      super()
      // biome-ignore lint/complexity/noArguments: `undefined` is a URL to Web IDL, and rest parameters make the length 0.
      checkArguments(arguments.length, init)
      const { withCredentials, headers, fetch = platform.fetch } = init ?? {}
      if (fetch && typeof fetch !== 'function') throw optionError('fetch', 'function', fetch)
      this.#connection = new SourceConnection(this, {
        ...platform,
        url: parse(url, platform.getBase()),
        withCredentials: Boolean(withCredentials),
        headers,
        fetch,
      })
      void this.#connection.connect()
    }

    get url(): string {
      return this.#connection.options.url
    }

    get withCredentials(): boolean {
      return this.#connection.options.withCredentials
    }

    get readyState(): number {
      return this.#connection.readyState
    }

    close(): void {
      this.#connection.close()
    }

    get onopen(): Handler<Event> {
      return this.#attributes.get('open') as Handler<Event>
    }

    set onopen(value: Handler<Event>) {
      this.#attributes.set('open', value)
    }

    get onmessage(): Handler<MessageEvent> {
      return this.#attributes.get('message') as Handler<MessageEvent>
    }

    set onmessage(value: Handler<MessageEvent>) {
      this.#attributes.set('message', value)
    }

    get onerror(): Handler<EventSourceErrorEvent> {
      return this.#attributes.get('error') as Handler<EventSourceErrorEvent>
    }

    set onerror(value: Handler<EventSourceErrorEvent>) {
      this.#attributes.set('error', value)
    }
  }

  describeAsInterface(EventSource)
  // The standard's types overload addEventListener in a way that no class can be written to.
  return EventSource as unknown as EventSourceConstructor
}

/**
 * The rules of Web IDL for every interface: its constants cannot be changed, its members are listed, and it has a name
 * (3.7.3, 3.7.6).
 */
function describeAsInterface(type: { readonly prototype: object }): void {
  for (const [name, value] of Object.entries(STATES))
    for (const owner of [type, type.prototype]) Object.defineProperty(owner, name, { value, enumerable: true })
  const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(type.prototype)
  for (const [name, member] of Object.entries(members))
    Object.defineProperty(type.prototype, name, { ...member, enumerable: true })
  const name = { value: 'EventSource', configurable: true }
  // Bundlers rename classes.
  Object.defineProperty(type, 'name', name)
  Object.defineProperty(type.prototype, Symbol.toStringTag, name)
}

/** The arguments that Web IDL refuses. The init has a default, so that the length of the class is 1. */
function checkArguments(count: number, init: unknown): void {
  if (!count) throw new TypeError('url: expected string')
  if (!/object|function/.test(typeof init)) throw new TypeError('init: expected object')
}

function parse(url: string | URL, base: string | undefined): string {
  try {
    return new URL(url, base).href
  } catch {
    throw new DOMException(`EventSource: ${url} cannot be parsed as a URL`, 'SyntaxError')
  }
}
