/// <reference lib="esnext.disposable" preserve="true" />
import { optionError } from './base/check.ts'
import { createTimer } from './base/clock.ts'
import { same } from './base/same.ts'
import type { Store } from './base/store.ts'
import { Connection } from './connection/connection.ts'
import type { SSEOptions } from './connection/options.ts'
import { checkObserver, resolveOptions } from './connection/settings.ts'
import { type ConnectionState, unwant } from './decisions/state.ts'
import type { Handler } from './events/dispatch.ts'
import type { EventHandler, EventMap, EventPattern, ListenOptions, Matching, SubscribeOptions } from './events/event.ts'
import { type Observer, observe } from './events/observers.ts'
import type { Subscriber, Subscribers } from './events/router.ts'
import type { SSEUrl } from './transports/request.ts'

/** A subscription to a stream of events that outlives its connections. */
export interface SSEClient<E = Record<string, unknown>> {
  /**
   * Calls `handler` for each event with this name, under this prefix (`order.*`, however deep), or for every event (`*`).
   * The first subscriber opens the connection; `linger` after the last has left it is closed.
   * @returns Unsubscribes. Calling it twice does no harm.
   * @throws SSEError with code `options` for a pattern that matches nothing.
   */
  subscribe<P extends EventPattern<E>>(
    pattern: P,
    handler: EventHandler<E, Matching<E, P>>,
    options?: SubscribeOptions,
  ): () => void
  /**
   * Wants a connection as a subscriber does, and listens to nothing.
   * @returns Wants it no longer. Calling it twice does no harm.
   */
  keepOpen(): () => void
  /** The state of the connection. Watching it opens nothing. */
  readonly state: Store<ConnectionState>
  /** The id that the next connection resumes from; '' if there is none. */
  readonly lastEventId: string
  /**
   * Opens the connection, with or without subscribers, and keeps it until `disconnect()` or `close()`. Lifts an earlier
   * `disconnect()`, and revives a client that the server or an error has closed. If that was a 404 or a wrong content type on
   * a stream that was open before, one attempt is made.
   */
  connect(): void
  /** Closes the connection until `connect()`, with or without subscribers. Subscribers and last event id stay. */
  disconnect(): void
  /** Leaves the connection, the wait for one or the attempt, and connects at once; else the same as `connect()`. */
  reconnect(): void
  /** Ends everything for good: no handler is called any more, not even for the rest of a chunk that is being read. */
  close(): void
  /**
   * Adds callbacks like those of the options.
   * @returns Removes them.
   * @throws SSEError with code `options` for a name that there is not, and for a callback that is no function.
   */
  observe(observer: Observer<E>): () => void
  /** The same as {@link SSEClient.close}, for `using`. */
  [Symbol.dispose](): void
}

/**
 * Makes a client for a stream of Server-Sent Events. Nothing is opened until there is a subscriber, so it can stand at the
 * top of a module, on a server too.
 *
 * @example
 * const sse = createSSE<{ 'order.created': Order }>('/api/events')
 * const off = sse.subscribe('order.created', (order) => table.add(order))
 *
 * @param url - Where the stream is; or an (async) function that makes the URL of each attempt.
 * @throws SSEError with code `options` if an option cannot work.
 */
export function createSSE<E extends EventMap = Record<string, unknown>>(
  url: SSEUrl,
  options?: SSEOptions<E>,
): SSEClient<E>
export function createSSE(url: SSEUrl, options: SSEOptions = {}): SSEClient {
  const settings = resolveOptions(url, options)
  const observers = new Set<Observer>()
  observe(observers, options)
  const subscribers: Subscribers<Handler> = new Set()
  const lingering = createTimer(settings.clock)
  /** `connect()` asked for a connection, with or without subscribers. null: `disconnect()` wants none. undefined: closed. */
  let isHeld: boolean | null | undefined = false

  const isWanted = (): boolean => isHeld !== null && (isHeld || subscribers.size > 0)
  const connection = new Connection(settings, subscribers, observers, isWanted)
  let listen = createListen(subscribers, connection, () => {
    lingering()
    if (isWanted()) connectSoon(connection, isWanted)
    else lingering(settings.linger, () => isWanted() || connection._go(unwant(connection._state)))
  })

  function close(): void {
    isHeld = undefined
    listen = () => same as () => void
    for (const each of subscribers) each._off()
    lingering()
    // By hand, and not with another signal: if a target has several such listeners, Node keeps all but one of them.
    settings.signal?.removeEventListener('abort', close)
    connection.end(null)
  }
  settings.signal?.addEventListener('abort', close)
  if (settings.signal?.aborted) close()

  /** Nothing that is asked of a closed client happens. */
  const unlessClosed = (act: () => void) => (): void => {
    if (isHeld === undefined) return
    isHeld = true
    act()
  }

  return {
    subscribe(pattern, handler, options) {
      checkSubscription(pattern, handler)
      return listen(pattern, handler, options)
    },
    keepOpen: () => listen('', same),
    state: connection.state,
    get lastEventId() {
      return connection.lastEventId
    },
    connect: unlessClosed(() => connection._connect()),
    disconnect: unlessClosed(() => {
      isHeld = null
      connection._forget()
      connection._pause('manual')
    }),
    reconnect: unlessClosed(() => {
      connection.reconnect()
      // An observer of that may have disconnected, which is not to be undone.
      if (isHeld) connection._connect()
    }),
    close,
    observe(observer) {
      checkObserver(observer)
      return observe(observers, observer as Observer)
    },
    [Symbol.dispose]: close,
  }
}

/**
 * Connects a client that is idle. In a microtask: subscribing and unsubscribing at once must not open a connection. Not with
 * queueMicrotask(): Jest's fake timers hold that back.
 */
function connectSoon(connection: Connection, isWanted: () => boolean): void {
  Promise.resolve().then(() => isWanted() && connection._state.status === 'idle' && connection._connect())
}

/** @param changed - Called when a subscriber comes or leaves. */
function createListen(
  subscribers: Subscribers<Handler>,
  connection: Connection,
  changed: () => void,
): (pattern: string, handler: Handler, options?: ListenOptions) => () => void {
  return (pattern, handler, { once, signal, _left } = {}) => {
    if (signal?.aborted) return same as () => void
    signal?.addEventListener('abort', off)
    const own: Subscriber<Handler> = {
      _pattern: pattern,
      _off: off,
      _handler(data, event) {
        if (once) off()
        return handler(data, event)
      },
    }
    subscribers.add(own)
    function off(): void {
      signal?.removeEventListener('abort', off)
      if (!subscribers.delete(own)) return
      _left?.()
      changed()
    }
    connection.listen?.(pattern)
    changed()
    return off
  }
}

function checkSubscription(pattern: unknown, handler: unknown): void {
  if (typeof handler !== 'function') throw optionError('subscribe', 'function', handler)
  // No event has an empty name (HTML 9.2.6), and a `*` stands for names only at the end of a prefix.
  if (typeof pattern !== 'string' || !/^(\*|[^*]*[^*.](\.\*)?)$/.test(pattern))
    throw optionError('subscribe', 'name, prefix.* or *', pattern)
}
