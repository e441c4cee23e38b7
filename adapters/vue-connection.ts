import { computed, customRef, getCurrentInstance, type MaybeRefOrGetter, type Ref, shallowRef, toValue } from 'vue'
import type { EventMap, Observer, SSEClient, SSEEvent, SSEOptions } from '../src/index.ts'
import { clientOf, hold, latestOf } from './source.ts'
import { createStatusStore, IDLE_STATUS, type Status } from './stores.ts'
import { begin, provided } from './vue-context.ts'

/** What {@link useSSE} gives. */
export interface UseSSE<E = Record<string, unknown>> {
  readonly status: Readonly<Ref<Status['status']>>
  /** Events arrive. */
  readonly isConnected: Readonly<Ref<boolean>>
  /** A connection is being made, or the next try for one is waited for. */
  readonly isConnecting: Readonly<Ref<boolean>>
  /** Why the last connection was lost, or why there is none any more; null while it is open and before anything failed. */
  readonly error: Readonly<Ref<Status['error']>>
  /** The newest event, null before the first. Once it is read, every event is decoded, whoever else wants it. */
  readonly lastEvent: Readonly<Ref<SSEEvent<E> | null>>
  /** The id that the next connection would resume from; '' if there is none. Reading it costs what `lastEvent` costs. */
  readonly lastEventId: Readonly<Ref<string>>
  /** As the client's, which keeps the connection from then on, whoever listens. */
  connect(): void
  /** As the client's: closes the connection until `connect()`. */
  disconnect(): void
  /** As the client's. */
  send: SSEClient<E>['send']
  /** The client as of now. Where the URL changes, read it anew: `useSSEEvent(() => live.client, …)`. */
  readonly client: SSEClient<E>
}

/**
 * Keeps a connection wanted while its component is there, and says how it stands.
 *
 * @example
 * const { isConnected, error, lastEvent } = useSSE('/api/events')
 *
 * @param client - A client, or a ref or a getter of one, which is followed; default: the app's.
 * @param observer - Callbacks, looked up when they are called.
 * @throws SSEError with code `options` if there is no client.
 */
export function useSSE<E extends EventMap = Record<string, unknown>>(
  client?: MaybeRefOrGetter<SSEClient<E>>,
  observer?: Observer<E>,
): UseSSE<E>
/**
 * The same with a client of the component's own, which is closed with it.
 *
 * @param url - Where the stream is, or a ref or a getter of it: another URL makes another client.
 * @param options - Those of `createSSE()`, read when a client is made; callbacks are looked up when they are called.
 * @throws SSEError with code `options` if an option cannot work.
 */
export function useSSE<E extends EventMap = Record<string, unknown>>(
  url: MaybeRefOrGetter<string | URL>,
  options?: SSEOptions<E>,
): UseSSE<E>
export function useSSE<E extends EventMap>(
  source: MaybeRefOrGetter<SSEClient<E> | string | URL> = provided<E>(),
  options: SSEOptions<E> = {},
): UseSSE<E> {
  const observer = latestOf(() => options)
  // Two URL objects of one address are the same place.
  const place = (): SSEClient<E> | string => {
    const now = toValue(source)
    return now instanceof URL ? now.href : now
  }
  let from = place()
  const make = (): SSEClient<E> => clientOf(from, { ...options, ...observer })
  const client = shallowRef(make())
  const drop = (): void => {
    if (client.value !== from) client.value.close()
  }
  // What a server has rendered is a client that nobody had looked at.
  let hydrates = Boolean(getCurrentInstance()?.vnode.el)
  const current = shallowRef(hydrates ? IDLE_STATUS : createStatusStore(client.value).get())
  const event = shallowRef<SSEEvent<E> | null>(null)
  const isRead = shallowRef(false)
  const onRead = <T>(get: () => T): Readonly<Ref<T>> =>
    customRef(() => ({
      get() {
        isRead.value = true
        return get()
      },
      set() {},
    }))

  function start(now: SSEClient<E> | string, read: boolean): () => void {
    hydrates = false
    if (now !== from) {
      drop()
      from = now
      client.value = make()
      event.value = null
    }
    const sse = client.value
    const onEvent = (next: SSEEvent<E>): void => {
      event.value = next
    }
    const offs = [
      hold(sse),
      createStatusStore(sse).subscribe((status) => {
        current.value = status
      }),
      // A client of our own was made with them.
      sse.observe(sse === now ? observer : {}),
      sse.observe(read ? { onEvent } : {}),
    ]
    return () => {
      for (const off of offs) off()
    }
  }
  begin(place, isRead, start, drop)

  return {
    status: computed(() => current.value.status),
    isConnected: computed(() => current.value.isConnected),
    isConnecting: computed(() => current.value.isConnecting),
    error: computed(() => current.value.error),
    lastEvent: onRead(() => event.value),
    lastEventId: onRead(() => {
      // The client does not say when it changes; it does so with events, and with the connection.
      void [event.value, current.value]
      return hydrates ? '' : client.value.lastEventId
    }),
    connect: () => client.value.connect(),
    disconnect: () => client.value.disconnect(),
    send: (...args) => client.value.send(...args),
    get client() {
      return client.value
    },
  }
}
