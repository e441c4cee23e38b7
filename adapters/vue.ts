import {
  type MaybeRef,
  type MaybeRefOrGetter,
  type ShallowRef,
  shallowReadonly,
  shallowRef,
  triggerRef,
  unref,
} from 'vue'
import type { HubClient } from '../src/hub/index.ts'
import type { EventHandler, EventName, EventPattern, Matching, SSEClient, SSEEvent } from '../src/index.ts'
import { checkHandler, topicsOf } from './source.ts'
import { createValueStore, type ValueStoreOptions, valueOptions } from './stores.ts'
import { begin, provided } from './vue-context.ts'

/*
 * Composables for Vue 3.4 and later. Payloads are never made reactive: all refs are shallow.
 */

export { type UseSSE, useSSE } from './vue-connection.ts'
export { createSSEPlugin, useSSEClient } from './vue-context.ts'

/** A client, or undefined for that of the app, which may be left out; a name; and what to do. */
type Given<T> = readonly [client: MaybeRefOrGetter<SSEClient> | undefined, name: MaybeRefOrGetter<string>, last: T]
type Arguments<T> = Given<T> | readonly [name: MaybeRefOrGetter<string>, last: T]
type Handler = EventHandler<Record<string, unknown>, string>
type AnyHandler = MaybeRef<Handler>

/** How a value follows from events of these names. */
type ValueOptions<T, E, P extends EventPattern<E>> = ValueStoreOptions<
  T,
  E[Matching<E, P>],
  SSEEvent<E, Matching<E, P> & EventName<E>>
>
type WithReduce<O extends { readonly reduce?: unknown }> = O & { readonly reduce: NonNullable<O['reduce']> }
type WithoutReduce<T> = Omit<ValueStoreOptions<T>, 'reduce'> & { readonly reduce?: undefined }

/**
 * Calls `handler` for each event with this name or pattern, while the component is there. Client and name may be refs or
 * getters, and are followed; of a ref to a handler the newest is called.
 *
 * @example
 * useSSEEvent(sse, 'order.updated', (order) => patch(order))
 *
 * @param client - Default: the app's, as in `useSSEEvent<Order>('order.updated', patch)`.
 * @throws SSEError with code `options` if there is no client.
 */
export function useSSEEvent<E = Record<string, unknown>, P extends EventPattern<E> = EventPattern<E>>(
  client: MaybeRefOrGetter<SSEClient<E>> | undefined,
  type: MaybeRefOrGetter<P>,
  handler: MaybeRef<EventHandler<E, Matching<E, P>>>,
): void
export function useSSEEvent<D = unknown>(
  type: MaybeRefOrGetter<string>,
  handler: MaybeRef<EventHandler<Record<string, D>, string>>,
): void
export function useSSEEvent(...args: Arguments<AnyHandler>): void {
  const [client, type, handler] = withClient(args)
  const call = newestOf(handler)
  begin(client, type, (sse, name) => sse.subscribe(name, call))
}

/**
 * The payload of the newest event with this name or pattern, or what a reduction makes of all of them. The same payload
 * twice triggers twice. It begins again with another client or name.
 *
 * @example
 * const price = useSSEValue(sse, 'price', 0)
 * const unread = useSSEValue(sse, 'notification', { initial: 0, reduce: (count) => count + 1 })
 *
 * @param client - Default: the app's, as in `useSSEValue<Order | null>('order.updated', null)`.
 * @param initial - The value before the first event; or options: an object that has `initial` counts as options.
 * @throws SSEError with code `options` if there is no client.
 */
export function useSSEValue<E = Record<string, unknown>, P extends EventPattern<E> = EventPattern<E>, T = unknown>(
  client: MaybeRefOrGetter<SSEClient<E>> | undefined,
  type: MaybeRefOrGetter<P>,
  options: WithReduce<ValueOptions<T, E, P>>,
): Readonly<ShallowRef<T>>
export function useSSEValue<E = Record<string, unknown>, P extends EventPattern<E> = EventPattern<E>, T = unknown>(
  client: MaybeRefOrGetter<SSEClient<E>> | undefined,
  type: MaybeRefOrGetter<P>,
  initial: T | WithoutReduce<T>,
): Readonly<ShallowRef<T | E[Matching<E, P>]>>
export function useSSEValue<T, D = unknown>(
  type: MaybeRefOrGetter<string>,
  initial: T | ValueOptions<T, Record<string, D>, string>,
): Readonly<ShallowRef<T>>
export function useSSEValue(
  ...args: Arguments<unknown | ValueOptions<unknown, Record<string, unknown>, string>>
): Readonly<ShallowRef<unknown>> {
  const [client, type, initial] = withClient(args)
  const options = valueOptions(initial)
  const value = shallowRef(options.initial)
  begin(client, type, (sse, name) => {
    let isEvent = false
    return createValueStore(sse, name, options).subscribe((next) => {
      if (isEvent && Object.is(next, value.value)) triggerRef(value)
      value.value = next
      isEvent = true
    })
  })
  return shallowReadonly(value)
}

/**
 * Joins a topic of the server while the component is there, and calls `handler` for its events. It takes a client of
 * `createHubClient()`. Client, topic and handler are followed as by {@link useSSEEvent}.
 *
 * @example
 * useTopic('orders', () => refetch())
 *
 * @param client - Default: the app's.
 * @throws SSEError with code `options` if there is no client, or if it has no topics.
 */
export function useTopic<E = Record<string, unknown>>(
  client: MaybeRefOrGetter<HubClient<E>> | undefined,
  topic: MaybeRefOrGetter<string>,
  handler: MaybeRef<EventHandler<E, EventName<E>>>,
): void
export function useTopic<D = unknown>(
  topic: MaybeRefOrGetter<string>,
  handler: MaybeRef<EventHandler<Record<string, D>, string>>,
): void
export function useTopic(...args: Arguments<AnyHandler>): void {
  const [client, topic, handler] = withClient(args)
  const call = newestOf(handler)
  begin(client, topic, (sse, name) => topicsOf(sse)(name, call))
}

/** Calls the handler that a ref has by then. @throws SSEError with code `options` if it has none now. */
function newestOf(handler: AnyHandler): Handler {
  checkHandler(unref(handler))
  return (data, event) => unref(handler)(data, event)
}

function withClient<T>(args: Arguments<T>) {
  // From the end, as the client may be left out.
  const [last, name, client] = [...args].reverse() as [T, Given<T>[1], Given<T>[0]?]
  return [client ?? provided<Record<string, unknown>>(), name, last] as const
}
