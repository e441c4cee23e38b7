import { optionError } from '../src/base/check.ts'
import type { HubClient } from '../src/hub/index.ts'
import { createSSE, type EventHandler, type EventName, type SSEClient, type SSEOptions } from '../src/index.ts'

/*
 * The shared part of the adapters for frameworks: where the client of a component comes from, and how it gets callbacks that
 * are other functions in every render.
 */

/**
 * Makes the client of a component, which is closed with the component.
 * @param lastEventId - Where to resume. Undefined for the first client of a component.
 */
export type MakeClient<C> = (lastEventId?: string) => C

/** A client, a URL to make one for, or a function that makes one. */
export type Source<E> = SSEClient<E> | string | URL | MakeClient<SSEClient<E>>

/** The identity of a source: two URLs are the same if their addresses are, and of functions the first one counts. */
export const keyOf = <E>(source: Source<E>): unknown => typeof source === 'function' || ((source as URL).href ?? source)

/** The client itself, or a new one. */
export function clientOf<E extends object>(source: Source<E>, options: SSEOptions<E>): SSEClient<E> {
  if (typeof source === 'function') return source(options.lastEventId)
  return 'observe' in Object(source) ? (source as SSEClient<E>) : createSSE<E>(source as string, options)
}

/**
 * The same options, whose functions and headers are the newest when the client calls or reads them. Options that are undefined
 * are left out: an `onEvent` costs the decoding of every event.
 * @param newest - The options as they are later.
 * @param observes - Whether the client gets the callbacks of an observer, too.
 */
export function follow<E>(
  options: SSEOptions<E>,
  newest: { readonly current: SSEOptions<E> },
  observes: boolean,
): SSEOptions<E> {
  // As in useSSE('price', handler): that is useSSEEvent().
  if (typeof options === 'function') throw optionError('options', 'object', options)
  const followed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    // The callbacks of an observer.
    const isCallback = /^on(State|Open|Event|Gap|Retry|Invalid|HandlerError)$/.test(name)
    if (value == null || (isCallback && !observes)) continue
    // A client looks at some once, when it is made: layers, and a parser, which may be more than a function.
    const isOnce = /parse|transport|server|resume|commit/.test(name)
    const isFollowed = name === 'headers' || (typeof value === 'function' && !isOnce)
    const call = (...args: unknown[]): unknown => {
      // A callback may have been taken away since.
      const now: unknown = newest.current[name as keyof SSEOptions<E>] ?? (isCallback ? undefined : value)
      return typeof now === 'function' ? now(...args) : now
    }
    followed[name] = isFollowed ? call : value
  }
  return followed
}

/** @throws SSEError with code `options` where the handler was forgotten. */
export function checkHandler(handler: unknown): void {
  if (typeof handler !== 'function') throw optionError('handler', 'function', handler)
}

/**
 * How to subscribe to a topic of this client.
 * @throws SSEError with code `options` if it has no topics.
 */
export function topicsOf<E>(client: SSEClient<E>) {
  const { topic } = client as Partial<HubClient<E>>
  if (!topic) throw optionError('useTopic', 'createHubClient()', client)
  return (name: string, handler: EventHandler<E, EventName<E>>): (() => void) => topic(name).subscribe(handler)
}
