/** Handles items one after the other. */
export interface Sequence<T> {
  /** Handles an item: at once, or after all that came before it if one of those is being handled. */
  push(item: T): void
  /** Drops what waits. */
  clear(): void
}

/**
 * A handler may push: that item waits until the one at hand is done, or others would meet the two the other way round.
 * @param handle - Is called for each item, in order. If it throws, `push` throws that, and what waits is handled with the next item.
 */
export function createSequence<T>(handle: (item: T) => void): Sequence<T> {
  const waiting: T[] = []
  let isBusy = false

  return {
    push(item) {
      waiting.push(item)
      if (isBusy) return
      isBusy = true
      try {
        while (waiting.length) handle(waiting.shift() as T)
      } finally {
        isBusy = false
      }
    },
    clear() {
      waiting.length = 0
    },
  }
}
