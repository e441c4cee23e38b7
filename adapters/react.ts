'use client'

import { createElement, type ReactElement, type ReactNode, useEffect, useSyncExternalStore } from 'react'
import type { HubClient } from '../src/hub/index.ts'
import type {
  EventHandler,
  EventMap,
  EventName,
  EventPattern,
  Matching,
  Observer,
  SSEClient,
  SSEEvent,
  SSEOptions,
} from '../src/index.ts'
import { type Arguments, Provided, useArguments, useClient, useGiven, useLatest, useMade } from './react-client.ts'
import { createSnapshot } from './react-stores.ts'
import { checkHandler, type MakeClient, topicsOf } from './source.ts'
import { createValueStore, type ValueStoreOptions, valueOptions } from './stores.ts'

export { type UseSSE, useSSE } from './react-connection.ts'
export type { MakeClient } from './source.ts'

/*
 * Hooks for React 18 and 19. Rendering touches nothing: connections are wanted and events heard in effects. So what a server
 * renders, and what StrictMode, Suspense or a transition throws away, leaves nothing behind.
 */

/** The props of {@link SSEProvider}: a client, a function that makes one, or a URL to make one for. */
export type SSEProviderProps<E = Record<string, unknown>> = (
  | {
      readonly client: SSEClient<E> | MakeClient<SSEClient<E>>
      readonly url?: undefined
      readonly options?: Observer<E> | undefined
    }
  | { readonly client?: undefined; readonly url: string | URL; readonly options?: SSEOptions<E> | undefined }
) & { readonly children?: ReactNode }

type Initial<T> = T | (Omit<ValueStoreOptions<T>, 'reduce'> & { readonly reduce?: undefined })
type Reduction<T, D, V> = ValueStoreOptions<T, D, V> & { readonly reduce: (value: T, data: D, event: V) => T }
type Handler = EventHandler<Record<string, unknown>, string>

/**
 * Passes a client to the hooks below it that are not given one. It opens nothing by itself: the components that listen do.
 *
 * @param props - `client`: yours, which stays yours; or a function that makes one, which is called once. `url` and `options`: for
 *   a client of its own. A client that was made for it is closed with it.
 * @throws SSEError with code `options` if an option cannot work.
 */
export function SSEProvider<E extends EventMap = Record<string, unknown>>(props: SSEProviderProps<E>): ReactElement {
  const client = useClient<E>(props.client ?? props.url, props.options)
  // A context has one type. Which events the client has, its users say.
  return createElement(Provided.Provider, { value: client as unknown as SSEClient }, props.children)
}

/**
 * The client of the nearest {@link SSEProvider}. The caller names its events, and what kind of client it is:
 * `useSSEClient<Events>()`, `useSSEClient<Events, HubClient<Events>>()`.
 * @throws SSEError with code `options` if there is none.
 */
export function useSSEClient<E extends EventMap = Record<string, unknown>, C extends SSEClient<E> = SSEClient<E>>(): C {
  return useGiven() as unknown as C
}

/**
 * Calls `handler` for each event with this name or pattern. The handler may be written inline: the newest is called, and the
 * hook does not subscribe again for it.
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
  useHandler(args, (client) => client.subscribe)
}

/**
 * Joins a topic of the server while the component is mounted, and calls `handler`, the newest, for its events. It takes a client
 * of `createHubClient()`.
 *
 * @example
 * useTopic(live, 'orders', () => refetch())
 *
 * @throws SSEError with code `options` if the client has no topics.
 */
export function useTopic<E>(
  client: HubClient<E> | undefined,
  topic: string,
  handler: EventHandler<E, EventName<E>>,
): void
export function useTopic<D = unknown>(topic: string, handler: EventHandler<Record<string, D>, string>): void
export function useTopic(...args: Arguments<Handler>): void {
  useHandler(args, topicsOf)
}

type Subscribe = (name: string, handler: Handler) => () => void

function useHandler(args: Arguments<Handler>, subscribeOf: (client: SSEClient) => Subscribe): void {
  const [client, name, handler] = useArguments(args)
  checkHandler(handler)
  const latest = useLatest(handler)
  const subscribe = subscribeOf(client)
  // biome-ignore lint/correctness/useExhaustiveDependencies: how to subscribe follows from the client.
  useEffect(() => subscribe(name, (data, event) => latest.current(data, event)), [client, name])
}

/**
 * The payload of the newest event with this name or pattern, or what a reduction makes of all of them. It begins when the
 * component is mounted, and again with another client or name.
 *
 * @example
 * const price = useSSEValue(sse, 'price', null)
 * const unread = useSSEValue(sse, 'notification', { initial: 0, reduce: (count) => count + 1 })
 *
 * @param initial - The value before the first event; or options: an object that has `initial` counts as options.
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
      const { reduce } = options
      const newest: typeof reduce = (...args) => (latest.current.reduce ?? reduce)?.(...args)
      return createSnapshot(createValueStore(client, type, { ...options, reduce: reduce && newest }), true)
    },
    client,
    type,
  )
  return useSyncExternalStore(value.subscribe, value.get, value.get)
}
