import { type Context, createContext, useContext, useEffect, useInsertionEffect, useRef, useState } from 'react'
import type { EventMap, SSEClient, SSEOptions } from '../src/index.ts'
import { lease } from './react-lease.ts'
import { isClient, latestOf, noClient, type Source } from './source.ts'

/*
 * Which client a hook works with, and how it keeps what a render must not lose.
 */

/** A name, preceded by a client or, for the provider's, not. */
export type Arguments<L> = [client: SSEClient | undefined, name: string, last: L] | [name: string, last: L]

export const Provided: Context<SSEClient | undefined> = createContext<SSEClient | undefined>(undefined)

export function useGiven<T>(given?: T): T | SSEClient {
  const provided = useContext(Provided)
  const found = given ?? provided
  if (!found) throw noClient('put <SSEProvider>')
  return found
}

export function useArguments<L>(args: Arguments<L>): [client: SSEClient, name: string, last: L] {
  const [client, name, last] = args.length === 2 ? [undefined, ...args] : args
  return [useGiven(client), name, last]
}

/** The newest value, for what runs after rendering. Written when React commits, so never with what it throws away. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value)
  useInsertionEffect(() => {
    latest.current = value
  })
  return latest
}

/** What is made once, and again for other keys. State and not a memo, which hot reloading empties and React may. */
export function useMade<T>(make: () => T, ...keys: readonly unknown[]): [T, (value: T) => void] {
  const [made, remake] = useState(() => ({ keys, value: make() }))
  const set = (value: T): void => remake({ keys, value })
  if (keys.every((key, i) => key === made.keys[i])) return [made.value, set]
  const value = make()
  set(value)
  return [value, set]
}

/** The client that is meant, observed by the callbacks of this component. */
export function useClient<E extends EventMap>(source: Source<E>, options: SSEOptions<E>): SSEClient<E> {
  const given = { source, options }
  const latest = useLatest(given)
  // Two URL objects with the same address are one, and an inline function is another in every render.
  const key = isClient(source) ? source : typeof source === 'function' ? undefined : `${source}`
  const [current, renew] = useMade(() => lease(given, latest), key)
  const { client } = current
  const former = useRef(current)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a lease is made of is read when one is needed.
  useEffect(() => {
    if (former.current !== current) former.current.end()
    former.current = current
    if (!current.ended) return current.enter()
    // Hidden for longer than the client lingers, and shown again.
    const { source, options } = latest.current
    return renew(lease({ source, options: { ...options, lastEventId: client.lastEventId } }, latest))
  }, [current])
  const callbacks = Object.keys(latestOf(() => options)).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: it has the callbacks that there are, whichever they are.
  useEffect(() => client.observe(latestOf(() => latest.current.options)), [client, callbacks])
  return client
}
