import type { Store } from 'headwater'

/** A value that can be watched, by the same contract as the stores of headwater, and set. */
export interface Mark<T> extends Store<T> {
  set(value: T): void
}

export function createMark<T>(value: T): Mark<T> {
  const listeners = new Set<(value: T) => void>()
  return {
    get: () => value,
    set(next) {
      value = next
      for (const listener of listeners) listener(next)
    },
    subscribe(listener) {
      listeners.add(listener)
      listener(value)
      return () => listeners.delete(listener)
    },
  }
}
