import { callSafely } from '../../src/base/errors.ts'
import { createSequence } from './sequence.ts'

interface Listener<T> {
  entry(entry: T): void
  reset(): void
}

/** The listeners of a log of entries `T`. */
export interface Listeners<T> {
  /** @returns Removes the listener. */
  add(listener: Listener<T>): () => void
  /**
   * Gives an entry to every listener. An error that one of them throws, or that its promise rejects with, is reported. The
   * others still get the entry. A listener may append: that entry waits until all listeners have this one.
   */
  entry(entry: T): void
  /** Tells every listener that the log has begun again. Entries of the old log that still wait are dropped. */
  reset(): void
}

/** Methods of the application's object: they are called on it. A function for all calls, as every event passes through here. */
const giveEntry = <T>(listener: Listener<T>, entry: T): unknown => listener.entry(entry)
const giveReset = (listener: Pick<Listener<never>, 'reset'>): unknown => listener.reset()

export function createListeners<T>(): Listeners<T> {
  const all = new Set<Listener<T>>()
  let resets = 0

  const entries = createSequence<T>((entry) => {
    const before = resets
    for (const listener of all) {
      callSafely(giveEntry, listener, entry)
      // A listener has reset the log: the others have just heard that, and an old entry would look like one of the new log.
      if (resets !== before) return
    }
  })

  return {
    add(listener) {
      all.add(listener)
      return () => all.delete(listener)
    },
    entry: entries.push,
    reset() {
      resets++
      entries.clear()
      for (const listener of all) callSafely(giveReset, listener)
    },
  }
}
