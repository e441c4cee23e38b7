import { callSafely } from './errors.ts'

/** A value that can be read and watched: the one contract that every framework adapter needs. */
export interface Store<T> {
  /** The value now. The same reference until it changes. */
  get(): T
  /**
   * Calls `listener` at once with the value as it is, and again at each change.
   * @returns Stops the calls. Calling it twice does no harm.
   */
  subscribe(listener: (value: T) => void): () => void
}

/** A {@link Store} and the right to change it. */
export interface WritableStore<T> extends Store<T> {
  /**
   * Changes the value.
   * @returns Calls those who listen now with this value. It may be called later, when other changes have been announced.
   */
  set(value: T): () => void
}

export function createStore<T>(value: T): WritableStore<T> {
  // Objects, not the functions themselves: the same function may be subscribed twice.
  const listeners = new Set<{ readonly listener: (value: T) => void }>()
  return {
    get: () => value,
    set(next) {
      value = next
      const current = [...listeners]
      return () => {
        for (const entry of current) if (listeners.has(entry)) callSafely(entry.listener, next)
      }
    },
    subscribe(listener) {
      const entry = { listener }
      listeners.add(entry)
      callSafely(listener, value)
      return () => listeners.delete(entry)
    },
  }
}
