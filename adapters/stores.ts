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
import { type Batch, createBatch, guarded } from './batch.ts'

/*
 * Plain stores over a client: what the framework adapters stand on, and all that Svelte, Solid and others need.
 */

/** A connection as a user interface shows it. The same object comes back while nothing changes. */
export interface Status {
  readonly status: ConnectionState['status']
  /** Events arrive. */
  readonly isConnected: boolean
  /** A connection is being made, or the next try for one is waited for. */
  readonly isConnecting: boolean
  /** Why the last connection was lost, or why there is none any more; null while it is open and before anything failed. */
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
   * When subscribers hear of it: `chunk`: once for all events that arrived together · `frame`: at most once per animation
   * frame, or every 100 ms while the page is hidden and has none.
   * @defaultValue 'chunk'
   */
  readonly batch?: Batch | undefined
}

/** A first value alone is short for options; an object that has `initial` is options. */
export const valueOptions = <T, D, V>(given: T | ValueStoreOptions<T, D, V>): ValueStoreOptions<T, D, V> =>
  typeof given === 'object' && given && 'initial' in given ? given : { initial: given }

/** The status of a client nobody has looked at yet, which is what a server renders. */
export const IDLE_STATUS: Status = { status: 'idle', isConnected: false, isConnecting: false, error: null }

/** The state of a connection, put as user interfaces ask for it. Watching it opens nothing. */
export function createStatusStore<E>(sse: SSEClient<E>): Store<Status> {
  let status = IDLE_STATUS

  function get(): Status {
    const next = sse.state.get()
    // A try that follows a failure does not undo it: the error would flicker.
    const failed = next.status === 'connecting' && next.attempt > 0
    const error = 'error' in next ? next.error : failed ? status.error : null
    // A countdown that starts anew is no other status.
    if (next.status !== status.status || error !== status.error)
      status = {
        status: next.status,
        isConnected: next.status === 'open',
        isConnecting: next.status === 'connecting' || next.status === 'waiting',
        error,
      }
    return status
  }

  return {
    get,
    subscribe(listener) {
      let told: Status | undefined
      return sse.state.subscribe(() => {
        const now = get()
        if (now === told) return
        // Noted first: a listener may change the state, and is then told of the newer one in the middle of this.
        told = now
        listener(now)
      })
    },
  }
}

/**
 * The payload of the newest event, or what a reduction makes of all of them. It listens while somebody subscribes to it,
 * and keeps its value in between.
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
  const listeners = new Set<{ readonly listener: (value: T) => void; heard: number }>()
  let value = initial
  /** How many events there were: the same payload twice is news, the same event twice is not. */
  let events = 0
  let off: (() => void) | undefined
  const notices = createBatch(batch, () => {
    // Whoever leaves meanwhile is passed over by the Set, whoever comes has been told.
    for (const entry of listeners) tell(entry)
  })

  function tell(entry: { readonly listener: (value: T) => void; heard: number }): void {
    if (entry.heard === events) return
    entry.heard = events
    guarded(() => entry.listener(value))
  }

  return {
    get: () => value,
    subscribe(listener) {
      const entry = { listener, heard: -1 }
      off ??= sse.subscribe(pattern, (data, event) => {
        value = reduce(value, data, event)
        events++
        notices.request()
      })
      listeners.add(entry)
      tell(entry)
      return () => {
        if (!listeners.delete(entry) || listeners.size) return
        notices.cancel()
        off?.()
        off = undefined
      }
    },
  }
}
