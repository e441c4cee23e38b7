import {
  computed,
  customRef,
  getCurrentInstance,
  type MaybeRef,
  type MaybeRefOrGetter,
  type Ref,
  shallowRef,
  toValue,
} from 'vue'
import type { HubClient } from '../src/hub/index.ts'
import type { EventMap, Observer, SSEClient, SSEEvent, SSEOptions } from '../src/index.ts'
import { clientOf, follow, keyOf, type MakeClient } from './source.ts'
import { createStatusStore, IDLE_STATUS, type Status } from './stores.ts'
import { begin, provided } from './vue-context.ts'

interface Live<E, C> {
  readonly status: Readonly<Ref<Status['status']>>
  /** Events arrive. */
  readonly isConnected: Readonly<Ref<boolean>>
  /** The client connects, or waits for its next attempt. */
  readonly isConnecting: Readonly<Ref<boolean>>
  /** Why the last connection was lost, or why the client has closed. Null while it is open, and before anything failed. */
  readonly error: Readonly<Ref<Status['error']>>
  /** The newest event, null before the first. Once it is read, every event is decoded. */
  readonly lastEvent: Readonly<Ref<SSEEvent<E> | null>>
  /** The id that the next connection would resume from; '' if there is none. Reading it costs what `lastEvent` costs. */
  readonly lastEventId: Readonly<Ref<string>>
  /** The client's own. It keeps the connection from then on, with or without subscribers. */
  connect(): void
  /** The client's own: closes the connection until `connect()`. */
  disconnect(): void
  /** The client as it is now. Where the URL changes, read it each time: `useSSEEvent(() => live.client, …)`. */
  readonly client: C
}

/** The result of {@link useSSE}; with `send` where the client has it. */
export type UseSSE<E = Record<string, unknown>, C = SSEClient<E>> = Live<E, C> & Pick<C, Extract<'send', keyof C>>

/**
 * Keeps a connection wanted while its component is there, and shows its status.
 *
 * @example
 * const { isConnected, error, lastEvent } = useSSE('/api/events')
 * const { send } = useSSE(() => createHubClient<Events>('/api/events'))
 *
 * @param client - A client, or a ref to one, which is followed; or a function that makes one, which is called once, and what it
 *   makes is closed with the component. Default: the app's client.
 * @param observer - Callbacks, looked up when they are called.
 * @throws SSEError with code `options` if there is no client.
 */
export function useSSE<E extends EventMap = Record<string, unknown>, C extends SSEClient<E> = SSEClient<E>>(
  client?: undefined,
  observer?: Observer<E>,
): UseSSE<E, C>
export function useSSE<E extends EventMap = Record<string, unknown>>(
  client: MaybeRef<HubClient<E>> | MakeClient<HubClient<E>>,
  observer?: Observer<E>,
): UseSSE<E, HubClient<E>>
export function useSSE<E extends EventMap = Record<string, unknown>>(
  client?: MaybeRef<SSEClient<E>> | MakeClient<SSEClient<E>>,
  observer?: Observer<E>,
): UseSSE<E>
/**
 * The same with a client of the component's own, which is closed with it.
 *
 * @param url - Where the stream is, or a ref or a getter of it: another URL makes another client.
 * @param options - Those of `createSSE()`. Functions and headers are looked up when they are needed, the rest is read when a client
 *   is made.
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
  // The client, or the address to make one for.
  const read = () => keyOf(toValue(source)) as SSEClient<E> | string
  const settings = follow(options, { current: options }, true)
  let place = read()
  const client = shallowRef(clientOf<E>(place, settings))
  // Called again, a function that makes a client would make another.
  const isMade = typeof source === 'function' && client.value === place
  // A server has rendered the state of an unused client.
  let hydrates = Boolean(getCurrentInstance()?.vnode.el)
  const current = shallowRef(hydrates ? IDLE_STATUS : createStatusStore(client.value).get())
  const drop = (): void => {
    if (client.value !== place || isMade) client.value.close()
  }
  begin(
    () => (isMade ? place : read()),
    undefined,
    (now) => {
      hydrates = false
      if (now !== place) {
        drop()
        place = now
        client.value = clientOf<E>(place, settings)
      }
      // A client that was made with the settings has the callbacks already.
      return attend(client.value, client.value === now ? settings : {}, current)
    },
    drop,
  )
  const event = useLastEvent(client)

  return {
    status: computed(() => current.value.status),
    isConnected: computed(() => current.value.isConnected),
    isConnecting: computed(() => current.value.isConnecting),
    error: computed(() => current.value.error),
    lastEvent: event,
    lastEventId: computed(() => {
      // The client does not notify when it changes. It changes with events, and with the connection. Calls and not
      // properties, whose reading the build takes for free of effects.
      toValue(event)
      toValue(current)
      return hydrates ? '' : client.value.lastEventId
    }),
    disconnect: () => client.value.disconnect(),
    connect: () => client.value.connect(),
    ...('send' in client.value && {
      send: (...args: Parameters<HubClient['send']>) => (client.value as unknown as HubClient).send(...args),
    }),
    get client() {
      return client.value
    },
  }
}

/** Keeps a client open, and shows its status. @returns Ends that. */
function attend<E>(sse: SSEClient<E>, observer: Observer<E>, current: Ref<Status>): () => void {
  const offs = [
    sse.keepOpen(),
    createStatusStore(sse).subscribe((status) => {
      current.value = status
    }),
    sse.observe(observer),
  ]
  return () => {
    for (const off of offs) off()
  }
}

/** The newest event. Only once it is read are events observed. */
function useLastEvent<E>(client: Ref<SSEClient<E>>): Readonly<Ref<SSEEvent<E> | null>> {
  const event = shallowRef<SSEEvent<E> | null>(null)
  const isRead = shallowRef(false)
  begin(client, isRead, (sse, read) => {
    event.value = null
    const onEvent = (next: SSEEvent<E>): void => {
      event.value = next
    }
    return sse.observe(read ? { onEvent } : {})
  })
  return customRef(() => ({
    get() {
      isRead.value = true
      return event.value
    },
    set() {},
  }))
}
