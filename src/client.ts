/// <reference lib="esnext.disposable" preserve="true" />
import { wrong } from './check.ts'
import { setTimer, soon } from './clock.ts'
import { createConnection } from './connection.ts'
import type { InferEvents, StandardSchema } from './decode.ts'
import type { Handler } from './delivery.ts'
import type { EventHandler, EventMap, EventPattern, Matching, SSEEvent, SubscribeOptions } from './event.ts'
import { type EventIterator, type IterateOptions, iterate } from './iterate.ts'
import type { ConnectionState } from './machine.ts'
import { createObservers, type Observer } from './observers.ts'
import type { SSEOptions, SSEUrl } from './options.ts'
import { createRouter } from './router.ts'
import { resolveOptions } from './settings.ts'
import type { Store } from './store.ts'
import { createTopic, type Topic } from './topic.ts'

/** A subscription to a stream of events that outlives its connections. */
export interface SSEClient<E = Record<string, unknown>> {
  /**
   * Calls `handler` for each event with this name, under this prefix (`order.*`, however deep), or at all (`*`). The
   * first subscriber opens the connection; `linger` after the last has gone it is closed.
   * @returns Unsubscribes. Calling it twice does no harm.
   */
  subscribe<P extends EventPattern<E>>(
    pattern: P,
    handler: EventHandler<E, Matching<E, P>>,
    options?: SubscribeOptions,
  ): () => void
  /** The same as an async iterator, with a bound on what may wait unread. */
  events<P extends EventPattern<E>>(pattern: P, options?: IterateOptions): EventIterator<SSEEvent<E, Matching<E, P>>>
  /** One of the server's topics. The server is told of it while somebody subscribes. */
  topic(name: string): Topic<E>
  /**
   * Sends an event to the server: a POST of `{ event, data }` and of what `target` says, to `sendUrl` or else the stream's
   * own URL, with the headers and credentials of the stream. It opens no connection and is never sent twice.
   * @returns What the server answers: JSON as a value, anything else as text.
   * @throws SSEError `network`, `http` or `unauthorized`; `options` for a target with a field that is undefined.
   */
  send(type: string, data?: unknown, target?: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Where the subscription stands. Watching it opens nothing. */
  readonly state: Store<ConnectionState>
  /** The id that the next connection would resume from; '' if there is none. */
  readonly lastEventId: string
  /**
   * Opens the connection, whoever listens, and keeps it until `disconnect()` or `close()`. Lifts an earlier
   * `disconnect()` and revives a subscription that the server or an error has closed.
   */
  connect(): void
  /** Closes the connection until `connect()`, whoever listens. Subscribers and cursor stay. */
  disconnect(): void
  /** Leaves the connection, or the wait for one, and connects at once; else the same as `connect()`. */
  reconnect(): void
  /** Ends everything for good: no handler is called any more, not even for the rest of a chunk that is being read. */
  close(): void
  /** Adds callbacks like those of the options. @returns Takes them away again. */
  observe(observer: Observer<E>): () => void
  /** The same as {@link SSEClient.close}, for `using`. */
  [Symbol.dispose](): void
}

/**
 * Makes a subscription to a stream of Server-Sent Events. Nothing is opened until somebody subscribes, so it can
 * stand at the top of a module, on a server too.
 *
 * @example
 * const sse = createSSE<{ 'order.created': Order }>('/api/events')
 * const off = sse.subscribe('order.created', (order) => table.add(order))
 *
 * @param url - Where the stream is; or an (async) function that says so for each try.
 * @throws SSEError with code `options` if an option cannot work.
 */
export function createSSE<const S extends Readonly<Record<string, StandardSchema>>>(
  url: SSEUrl,
  options: Omit<SSEOptions<InferEvents<S>>, 'events'> & { readonly events: S },
): SSEClient<InferEvents<S>>
export function createSSE<E extends EventMap = Record<string, unknown>>(
  url: SSEUrl,
  options?: SSEOptions<E>,
): SSEClient<E>
export function createSSE(url: SSEUrl, options: SSEOptions = {}): SSEClient {
  const settings = resolveOptions(url, options)
  const { clock, linger, lastEventId, signal } = settings
  const isRequest = settings.mode === 'request'
  const observers = createObservers()
  observers.add(options)
  const router = createRouter<Handler>()
  /** `connect()` asked for a connection, whoever listens. */
  let held = false
  let lingering: unknown
  /** Aborts with `close()`, and takes our listeners off the page and off the signals that callers gave us. */
  const controller = new AbortController()
  const closing = controller.signal

  const wanted = (): boolean => held || router.size > 0
  const connection = createConnection(settings, router, observers, wanted)
  const { state, send, listen, reconnect, topics, cursor } = connection

  /** Whoever comes and goes in one go counts only by the outcome. */
  function recount(): void {
    clock.clearTimeout(lingering)
    if (wanted()) soon(() => wanted() && state.get().status === 'idle' && send('connect'))
    else lingering = setTimer(clock, linger, release)
  }

  function release(): void {
    // `connect()` may have come meanwhile.
    if (wanted()) return
    // Wanted again later, a request would be sent a second time: that is for the caller to say.
    if (isRequest && state.get().status !== 'idle') send('end', null)
    else send('unwant')
  }

  function subscribe(pattern: string, handler: Handler, { once, signal }: SubscribeOptions = {}): () => void {
    if (typeof pattern !== 'string' || typeof handler !== 'function')
      throw wrong('subscribe', 'a name and a function', pattern)
    if (closing.aborted || signal?.aborted) return () => {}
    const first: Handler = (data, event) => {
      off()
      return handler(data, event)
    }
    const subscriber = router.add(pattern, once ? first : handler)
    function off(): void {
      if (!subscriber.active) return
      router.remove(pattern, subscriber)
      signal?.removeEventListener('abort', off)
      recount()
    }
    signal?.addEventListener('abort', off, { signal: closing })
    listen(pattern)
    recount()
    return off
  }

  /** The same for all that is asked of the client from outside: nothing, once it is closed. */
  const hold = (act: () => void) => (): void => {
    if (closing.aborted) return
    held = true
    // A request that is complete starts from the beginning, not from where the last one ended.
    const current = state.get()
    if (isRequest && current.status === 'closed' && !current.error) cursor.reset(lastEventId)
    act()
  }

  function close(): void {
    if (closing.aborted) return
    controller.abort()
    held = false
    router.clear()
    clock.clearTimeout(lingering)
    send('end', null)
    observers.clear()
  }

  if (signal?.aborted) close()
  signal?.addEventListener('abort', close, { signal: closing })

  return {
    subscribe,
    events: (pattern, options = {}) =>
      iterate(
        (push) => subscribe(pattern, (_, event) => push(event)),
        state,
        options,
        (gap) => observers.tell('onGap', gap),
      ),
    topic: (name) => createTopic(name, topics, subscribe, listen),
    async send(event, data, target = {}) {
      // JSON would leave it out, and then it is for everyone.
      for (const name in target) if (target[name] === undefined) throw wrong(`send: ${name}`, 'a value', undefined)
      return connection.tell(settings.sendUrl, { ...target, event, data })
    },
    state,
    get lastEventId() {
      return cursor.committed
    },
    connect: hold(() => send('connect')),
    disconnect() {
      held = false
      send('pause', 'manual')
    },
    reconnect: hold(reconnect),
    close,
    observe: observers.add,
    [Symbol.dispose]: close,
  }
}
