'use client'

import { createElement, type ReactElement, type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react'
import type {
  EventHandler,
  EventMap,
  EventName,
  EventPattern,
  InferEvents,
  Matching,
  Observer,
  SSEClient,
  SSEEvent,
  SSEOptions,
  SSEUrl,
  StandardSchema,
} from '../src/index.ts'
import { type Arguments, Provided, useArguments, useClient, useGiven, useLatest, useMade } from './react-client.ts'
import { createLastEvent, createSnapshot } from './react-stores.ts'
import { hold, type Source } from './source.ts'
import {
  createStatusStore,
  createValueStore,
  IDLE_STATUS,
  type Status,
  type ValueStoreOptions,
  valueOptions,
} from './stores.ts'

/*
 * Hooks for React 18 and 19. Rendering touches nothing: connections are held and events heard in effects, so what a server
 * renders, and what StrictMode, Suspense or a transition throws away, leaves nothing behind.
 */

/** What {@link useSSE} gives. It is another object only when something in it is another. */
export interface UseSSE<E = Record<string, unknown>> extends Status {
  /**
   * The newest event since the component asked for it, null before. Reading it, be it by destructuring, has every event
   * decoded and renders the component for every chunk of them.
   */
  readonly lastEvent: SSEEvent<E> | null
  /** The id that the next connection would resume from, as of when it is read; '' if there is none. It renders nothing. */
  readonly lastEventId: string
  /** As the client's, which keeps the connection from then on, whoever listens. */
  readonly connect: () => void
  /** As the client's: closes the connection until `connect()`. */
  readonly disconnect: () => void
  /** As the client's. */
  readonly send: SSEClient<E>['send']
  readonly client: SSEClient<E>
}

/** What {@link SSEProvider} takes: a client; or a URL, for one of its own. */
export type SSEProviderProps<E = Record<string, unknown>> = (
  | { readonly client: SSEClient<E>; readonly url?: undefined; readonly options?: Observer<E> | undefined }
  | { readonly client?: undefined; readonly url: SSEUrl; readonly options?: SSEOptions<E> | undefined }
) & { readonly children?: ReactNode }

type Schemas = Readonly<Record<string, StandardSchema>>
type Initial<T> = T | (Omit<ValueStoreOptions<T>, 'reduce'> & { readonly reduce?: undefined })
type Reduction<T, D, V> = ValueStoreOptions<T, D, V> & { readonly reduce: (value: T, data: D, event: V) => T }
type Handler = EventHandler<Record<string, unknown>, string>

/**
 * Hands a client to the hooks below it that are not given one. It opens nothing by itself: the components that listen do.
 *
 * @param props - `client`: yours, which stays yours. `url` and `options`: for a client of its own, which is closed with it.
 * @throws SSEError with code `options` if an option cannot work.
 */
export function SSEProvider<E extends EventMap = Record<string, unknown>>(props: SSEProviderProps<E>): ReactElement {
  const client = useClient<E>(props.client ?? props.url, props.options ?? {})
  // Which events it has is for those to say who use it: a context has one type.
  return createElement(Provided.Provider, { value: client as unknown as SSEClient }, props.children)
}

/**
 * The client of the nearest {@link SSEProvider}. Its events are the caller's to name: `useSSEClient<Events>()`.
 * @throws SSEError with code `options` if there is none.
 */
export function useSSEClient<E extends EventMap = Record<string, unknown>>(): SSEClient<E> {
  return useGiven() as unknown as SSEClient<E>
}

/**
 * Keeps a connection wanted while the component is mounted, and says how it stands. The component renders when the status
 * changes, and for events only if it reads `lastEvent`.
 *
 * @example
 * const { isConnected, error } = useSSE('/api/events', { onEvent: (event) => console.log(event) })
 *
 * @param source - A URL, for a client of the component's own, which is closed with it; or a client. Default: the provider's.
 * Another URL makes another client; another function does not.
 * @param options - Those of `createSSE()`; for a client that is handed over: callbacks alone. They may be written inline: functions
 * and headers are the newest when they are called, the rest is read when a client is made.
 * @throws SSEError with code `options` if an option cannot work, or if there is no client.
 */
export function useSSE<E extends EventMap = Record<string, unknown>>(
  client?: SSEClient<E>,
  observer?: Observer<E>,
): UseSSE<E>
export function useSSE<const S extends Schemas>(
  url: SSEUrl,
  options: Omit<SSEOptions<InferEvents<S>>, 'events'> & { readonly events: S },
): UseSSE<InferEvents<S>>
export function useSSE<E extends EventMap = Record<string, unknown>>(url: SSEUrl, options?: SSEOptions<E>): UseSSE<E>
export function useSSE<E extends EventMap = Record<string, unknown>>(
  source: Source<E>,
  observer?: Observer<E>,
): UseSSE<E>
export function useSSE(given?: Source<Record<string, unknown>>, options: SSEOptions = {}): UseSSE {
  const client = useClient(useGiven(given), options)
  const [[statuses, events]] = useMade(() => [createStatusStore(client), createLastEvent(client)] as const, client)
  const status = useSyncExternalStore(statuses.subscribe, statuses.get, getIdle)
  const event = useSyncExternalStore(events.subscribe, events.get, events.get)
  useEffect(() => hold(client), [client])
  const { connect, disconnect, send } = client
  return useMemo(
    () => ({
      ...status,
      get lastEvent() {
        events.read()
        return event
      },
      get lastEventId() {
        // A server has rendered '', and a client may have come further by the time its page is hydrated.
        return status === IDLE_STATUS ? '' : client.lastEventId
      },
      connect,
      disconnect,
      send,
      client,
    }),
    [status, event, events, client, connect, disconnect, send],
  )
}

const getIdle = (): Status => IDLE_STATUS

/**
 * Calls `handler` for each event with this name or pattern. The handler may be written inline: the newest is called, and
 * nothing is subscribed anew.
 *
 * @example
 * useSSEEvent(sse, 'order.updated', (order) => patch(order))
 * useSSEEvent<Order>('order.updated', (order) => patch(order)) // the provider's client
 */
export function useSSEEvent<E, P extends EventPattern<E>>(
  client: SSEClient<E> | undefined,
  type: P,
  handler: EventHandler<E, Matching<E, P>>,
): void
export function useSSEEvent<D = unknown>(type: string, handler: EventHandler<Record<string, D>, string>): void
export function useSSEEvent(...args: Arguments<Handler>): void {
  const [client, type, handler] = useArguments(args)
  const latest = useLatest(handler)
  useEffect(() => client.subscribe(type, (data, event) => latest.current(data, event)), [client, type, latest])
}

/**
 * The payload of the newest event with this name or pattern, or what a reduction makes of all of them. It starts when the
 * component is mounted; another client or name starts anew.
 *
 * @example
 * const price = useSSEValue(sse, 'price', null)
 * const unread = useSSEValue(sse, 'notification', { initial: 0, reduce: (count) => count + 1 })
 *
 * @param initial - The value before the first event; or options, which is what an object that has `initial` is taken for.
 */
export function useSSEValue<E, P extends EventPattern<E>, T>(
  client: SSEClient<E> | undefined,
  type: P,
  options: Reduction<T, E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>>,
): T
export function useSSEValue<E, P extends EventPattern<E>, T>(
  client: SSEClient<E> | undefined,
  type: P,
  initial: Initial<T>,
): T | E[Matching<E, P>]
export function useSSEValue<T, D = unknown>(
  type: string,
  options: Reduction<T, D, SSEEvent<Record<string, D>, string>>,
): T
export function useSSEValue<T>(type: string, initial: Initial<T>): T
export function useSSEValue(...args: Arguments<unknown>): unknown {
  const [client, type, given] = useArguments(args)
  const options = valueOptions(given)
  const latest = useLatest(options)
  const [value] = useMade(
    () => {
      const { initial, batch, reduce } = options
      const newest: typeof reduce = (...args) => (latest.current.reduce ?? reduce)?.(...args)
      return createSnapshot(createValueStore(client, type, { initial, batch, reduce: reduce && newest }))
    },
    client,
    type,
  )
  return useSyncExternalStore(value.subscribe, value.get, value.get)
}

/**
 * Joins a topic of the server while the component is mounted, and calls `handler`, the newest, for its events.
 *
 * @example
 * useTopic(sse, 'orders', () => refetch())
 */
export function useTopic<E>(
  client: SSEClient<E> | undefined,
  topic: string,
  handler: EventHandler<E, EventName<E>>,
): void
export function useTopic<D = unknown>(topic: string, handler: EventHandler<Record<string, D>, string>): void
export function useTopic(...args: Arguments<Handler>): void {
  const [client, topic, handler] = useArguments(args)
  const latest = useLatest(handler)
  useEffect(() => client.topic(topic).subscribe((data, event) => latest.current(data, event)), [client, topic, latest])
}
