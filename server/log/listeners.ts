import { callSafely } from '../../src/base/errors.ts'

interface Listener<T> {
  entry(entry: T): void
  reset(): void
}

/** The listeners of a log of entries `T`. */
export interface Listeners<T> {
  /** @returns Removes the listener. */
  add(listener: Listener<T>): () => void
  /**
   * Gives an entry to every listener. What one of them throws, or what its promise rejects with, is reported. The others still
   * get the entry. A listener may append: that entry waits until all listeners have this one.
   */
  entry(entry: T): void
  /** Tells every listener that the log has begun again. Entries of the old log that still wait are dropped. */
  reset(): void
}

export function createListeners<T>(): Listeners<T> {
  const all = new Set<Listener<T>>()
  const waiting: T[] = []
  let busy = false
  let resets = 0

  function giveAll(): void {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const entry = next
      const before = resets
      for (const listener of all) {
        callSafely(() => listener.entry(entry))
        // A listener has reset the log: the others have just heard that, and an old entry would look like one of the new log.
        if (resets !== before) break
      }
    }
  }

  return {
    add(listener) {
      all.add(listener)
      return () => all.delete(listener)
    },
    entry(entry) {
      waiting.push(entry)
      if (busy) return
      busy = true
      try {
        giveAll()
      } finally {
        busy = false
      }
    },
    reset() {
      resets++
      waiting.length = 0
      for (const listener of all) callSafely(() => listener.reset())
    },
  }
}
