import { callSafely } from '../src/base/errors.ts'
import type {
  ConnectionState,
  EventName,
  EventPattern,
  Matching,
  SSEClient,
  SSEError,
  SSEEvent,
  Store,
} from '../src/index.ts'
import { type Batch, createBatch } from './batch.ts'

/*
 * Plain stores over a client. The adapters for frameworks use them, and Svelte, Solid and others need no more.
 */

/** A connection as a user interface shows it. It is the same object while nothing changes. */
export interface Status {
  readonly status: ConnectionState['status']
  /** Events arrive. */
  readonly isConnected: boolean
  /** The client connects, or waits for its next attempt. */
  readonly isConnecting: boolean
  /** Why the last connection was lost, or why the client has closed. Null while it is open, and before anything failed. */
  readonly error: SSEError | null
}

/** How a value follows from events. */
export interface ValueStoreOptions<T, D = unknown, V = SSEEvent> {
  /** The value before the first event. */
  readonly initial: T
  /**
   * The next value, from the last one and an event.
   * @defaultValue the event's payload
   */
  readonly reduce?: ((value: T, data: D, event: V) => T) | undefined
  /**
   * When subscribers are notified. `chunk`: once for all events that arrived together · `frame`: at most once per animation
   * frame, or every 100 ms while the page is hidden and has none · a number: at most once in so many milliseconds.
   * @defaultValue 'chunk'
   */
  readonly batch?: Batch | undefined
}

/** A first value alone is short for options; an object that has `initial` is options. */
export const valueOptions = <T, D, V>(given: T | ValueStoreOptions<T, D, V>): ValueStoreOptions<T, D, V> =>
  'initial' in Object(given) ? (given as ValueStoreOptions<T, D, V>) : { initial: given as T }

const statusOf = (status: Status['status'], error: SSEError | null): Status => ({
  status,
  isConnected: status === 'open',
  isConnecting: /ing$/.test(status), // connecting, waiting
  error,
})

/** The status of an unused client, as a server renders it. */
export const IDLE_STATUS: Status = statusOf('idle', null)

/** The state of a connection, as a user interface needs it. Watching it opens nothing. */
export function createStatusStore<E>(sse: SSEClient<E>): Store<Status> {
  let current = IDLE_STATUS

  function get(): Status {
    const next = sse.state.get()
    // An attempt that follows a failure does not undo it: the error would flicker.
    const isRetry = next.status === 'connecting' && !!next.attempt
    const error = 'error' in next ? next.error : isRetry ? current.error : null
    // A wait that ends at another time is the same status.
    if (next.status !== current.status || error !== current.error) current = statusOf(next.status, error)
    return current
  }

  return {
    get,
    subscribe(listener) {
      let heard: Status | undefined
      return sse.state.subscribe(() => {
        if (heard === get()) return
        // First: a listener may change the state, and hears of the newer one in the middle of this call.
        heard = current
        listener(current)
      })
    },
  }
}

/**
 * The payload of the newest event, or what a reduction makes of all of them. It listens while it has a subscriber, and keeps its
 * value in between.
 *
 * @example
 * const price = createValueStore(sse, 'price', { initial: 0 })
 * const unread = createValueStore(sse, 'notification', { initial: 0, reduce: (count) => count + 1 })
 */
export function createValueStore<E, P extends EventPattern<E>, T>(
  sse: SSEClient<E>,
  pattern: P,
  options: ValueStoreOptions<T, E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>> & {
    readonly reduce: (...args: never) => unknown
  },
): Store<T>
export function createValueStore<E, P extends EventPattern<E>, T = E[Matching<E, P>]>(
  sse: SSEClient<E>,
  pattern: P,
  options: ValueStoreOptions<T, E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>>,
): Store<T | E[Matching<E, P>]>
export function createValueStore<E, P extends EventPattern<E>, T>(
  sse: SSEClient<E>,
  pattern: P,
  options: ValueStoreOptions<T, E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>>,
): Store<T> {
  // Without a reduction the value is the payload, which the type of `initial` does not say.
  const { initial, reduce = (_, data) => data as unknown as T, batch } = options
  /** One for each subscriber. It does nothing if there is no news. */
  const notifiers = new Set<() => void>()
  let value = initial
  /** How many events there were: the same payload twice is news, the same event twice is not. */
  let events = 0
  let off: (() => void) | undefined
  const notices = createBatch(batch, () => {
    // A subscriber that leaves meanwhile is no longer in the Set, and a new one has the value already.
    for (const notify of notifiers) notify()
  })

  return {
    get: () => value,
    subscribe(listener) {
      let heard = -1
      function notify(): void {
        if (heard === events) return
        heard = events
        callSafely(listener, value)
      }
      off ??= sse.subscribe(pattern, (data, event) => {
        value = reduce(value, data, event)
        events++
        notices.request()
      })
      notifiers.add(notify)
      notify()
      return () => {
        if (!notifiers.delete(notify) || notifiers.size) return
        notices.cancel()
        off?.()
        off = undefined
      }
    },
  }
}
