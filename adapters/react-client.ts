import { type Context, createContext, useContext, useEffect, useInsertionEffect, useRef, useState } from 'react'
import { optionError } from '../src/base/check.ts'
import { createTimer, systemClock, type Timer } from '../src/base/clock.ts'
import type { EventMap, SSEClient, SSEOptions } from '../src/index.ts'
import { clientOf, follow, keyOf, type Source } from './source.ts'

/*
 * Which client a hook works with, and how it keeps what a render must not lose.
 */

/** A name, preceded by a client, or without one for the provider's. */
export type Arguments<L> = [client: SSEClient | undefined, name: string, last: L] | [name: string, last: L]

// React 17 has no such hook.
if (!useInsertionEffect) throw Error('headwater needs React 18')

export const Provided: Context<SSEClient | undefined> = createContext<SSEClient | undefined>(undefined)

export function useGiven<T>(given?: T): T | SSEClient {
  const provided = useContext(Provided)
  const found = given ?? provided
  if (!found) throw optionError('client', '<SSEProvider> or client', found)
  return found
}

export function useArguments<L>(args: Arguments<L>): [client: SSEClient, name: string, last: L] {
  // From the end, as the client may be left out.
  const [last, name, client] = args.reverse() as [last: L, name: string, client?: SSEClient]
  return [useGiven(client), name, last]
}

/** The newest value, for what runs after rendering. Written when React commits, so never by a render that React throws away. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value)
  useInsertionEffect(() => {
    latest.current = value
  })
  return latest
}

/** Made once, and again for other keys. State and not a memo, which hot reloading empties and React may empty. */
export function useMade<T>(make: () => T, ...keys: readonly unknown[]): [T, (value: T) => void] {
  const [made, remake] = useState(() => ({ keys, value: make() }))
  const set = (value: T): void => remake({ keys, value })
  if (keys.every((key, i) => key === made.keys[i])) return [made.value, set]
  const value = make()
  set(value)
  return [value, set]
}

/** A client for as long as a component is there. */
interface Lease<E> {
  readonly client: SSEClient<E>
  /** Runs when the component has gone: closes its own client unless it comes back. */
  readonly _timer: Timer
  /** The component's own client has been closed. */
  _isOver?: boolean
}

/** The client that is meant, observed by the callbacks of this component. */
export function useClient<E extends EventMap>(source: Source<E>, options: SSEOptions<E> = {}): SSEClient<E> {
  const latest = useLatest(options)
  const make = (lastEventId = options.lastEventId): Lease<E> => ({
    client: clientOf(source, { ...follow(options, latest, false), lastEventId }),
    _timer: createTimer(options.clock ?? systemClock),
  })
  const [lease, renew] = useMade(make, keyOf(source))
  const latestLease = useLatest(lease)
  const { client } = lease
  const observer = follow(options, latest, true)
  // Before the lease, so that a component does not hear its own client being closed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other functions under the same names are no reason to observe again.
  useEffect(() => client.observe(observer), [client, Object.keys(observer).join()])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a lease is made of is read when one is needed.
  useEffect(() => {
    // Hidden for longer than the client lingers, and shown again.
    if (lease._isOver) return renew(make(client.lastEventId))
    lease._timer()
    const end = (): void => {
      lease._isOver = true
      client.close()
    }
    return () => {
      if (client === source) return
      if (latestLease.current !== lease) end()
      // Forever would be no timer at all. The longest timer is shorter than this.
      else lease._timer(Math.min(options.linger ?? 1000, 1e10), end)
    }
  }, [lease])
  return client
}
