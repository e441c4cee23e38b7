import { createSSE, type Observer, type SSEClient, SSEError, type SSEOptions, type SSEUrl } from '../src/index.ts'

/** A client, or where to make one for. */
export type Source<E> = SSEClient<E> | SSEUrl

export const isClient = <E>(source: Source<E>): source is SSEClient<E> =>
  typeof source === 'object' && 'observe' in source

/** The client itself, or a new one. */
export const clientOf = <E extends object>(source: Source<E>, options: SSEOptions<E>): SSEClient<E> =>
  isClient(source) ? source : createSSE<E>(source, options)

const CALLBACKS = ['onState', 'onOpen', 'onEvent', 'onGap', 'onRetry', 'onInvalid', 'onHandlerError'] as const

/** Whether an option is one of an observer's callbacks. */
export const isCallback = (name: string): boolean => CALLBACKS.some((callback) => callback === name)

/**
 * An observer whose callbacks are looked up when they are called, so that a component's newest are heard without
 * observing anew. It has those that there are now: onEvent, for one, costs the decoding of every event.
 */
export function latestOf<E>(current: () => Observer<E>): Observer<E> {
  const names = CALLBACKS.filter((name) => current()[name])
  // The name picks both the callback and its arguments, which TypeScript does not see.
  const call =
    (name: keyof Observer<E>) =>
    (...args: unknown[]) =>
      (current()[name] as ((...args: unknown[]) => unknown) | undefined)?.(...args)
  return Object.fromEntries(names.map((name) => [name, call(name)]))
}

/**
 * Keeps a connection wanted without having anything decoded: no event has an empty name, as an empty `event` field makes
 * a 'message' (HTML 9.2.6).
 * @returns Lets go of it.
 */
export function hold<E>(sse: SSEClient<E>): () => void {
  const nothing = '' as Parameters<typeof sse.subscribe>[0]
  return sse.subscribe(nothing, () => {})
}

/** What a component without a client is told. @param how - What would give it one. */
export const noClient = (how: string): SSEError =>
  new SSEError('options', `no client: ${how} above this, or hand a client over as the first argument`)
