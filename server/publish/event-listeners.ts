import { isThenable } from '../../src/base/errors.ts'
import type { EventName } from '../../src/index.ts'
import { checkType } from '../audience/target.ts'
import { shown } from '../wire/shown.ts'
import type { HubEvent } from './event.ts'

/** Adds a listener for the events of one name, or of all. */
export interface On<E> {
  <N extends EventName<E>>(type: N, listener: (data: E[N], event: HubEvent) => unknown): () => void
  (type: '*', listener: (data: E[EventName<E>], event: HubEvent) => unknown): () => void
}

type Listener = (data: unknown, event: HubEvent) => unknown

/** The code of this process that hears events. */
export interface EventListeners {
  readonly on: On<Record<string, unknown>>
  /** Calls the listeners of an event: first those of its name, then those of all. One after the other, in the order in which they came. */
  call(parcel: { readonly type: string; event(): HubEvent }): void
}

/** @param failed - Hears what listeners throw, and what their promises reject with. */
export function createEventListeners(failed: (error: unknown) => void): EventListeners {
  /** By name. An object around each: the same function added twice is called twice. */
  const listeners = new Map<string, Set<{ readonly call: Listener }>>()

  function callOne(listener: Listener, event: HubEvent): void {
    try {
      const result = listener(event.data, event)
      if (isThenable(result)) result.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }

  return {
    on(type: string, listener: Listener) {
      checkListened(type)
      if (typeof listener !== 'function') throw new TypeError(`on expects a function to call, got ${shown(listener)}`)
      const own = { call: listener }
      const all = listeners.get(type) ?? new Set()
      listeners.set(type, all.add(own))
      return () => {
        all.delete(own)
        if (all.size === 0 && listeners.get(type) === all) listeners.delete(type)
      }
    },
    call(parcel) {
      // Nobody listens: nothing is made of the event.
      if (listeners.size === 0) return
      for (const type of [parcel.type, '*'])
        for (const listener of listeners.get(type) ?? []) callOne(listener.call, parcel.event())
    },
  }
}

/** @throws TypeError for what is neither a name nor `'*'`. Of a pattern the listener would never hear. */
function checkListened(type: unknown): void {
  if (type === '*') return
  checkType(type)
  if (type.endsWith('*'))
    throw new TypeError(`on expects the name of an event, or '*' for all; got the pattern ${shown(type)}`)
}
