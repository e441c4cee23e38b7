import type { Store } from '../src/index.ts'

/** A value as `useSyncExternalStore` takes it. */
export interface Snapshot<T> {
  get(): T
  subscribe(notify: () => void): () => void
  /** A component reads it. Before the component is mounted this only takes a note, as rendering should. */
  read(): void
}

/**
 * The value of a store as its subscribers last heard it: with one notice per frame, the whole page shows this value.
 * @param isRead - False: subscribe to the store when a component reads the value for the first time.
 */
export function createSnapshot<T>(store: Store<T>, isRead = false): Snapshot<T> {
  let value = store.get()
  let notify: (() => void) | undefined
  let off: (() => void) | undefined

  function begin(): void {
    if (isRead && notify)
      off ??= store.subscribe((next) => {
        value = next
        notify?.()
      })
  }

  return {
    get: () => value,
    read() {
      isRead = true
      begin()
    },
    subscribe(listener) {
      notify = listener
      begin()
      return () => {
        off?.()
        off = notify = undefined
      }
    },
  }
}
