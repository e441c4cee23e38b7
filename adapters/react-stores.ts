import type { SSEClient, SSEEvent, Store } from '../src/index.ts'

/** A value as `useSyncExternalStore` takes it. */
interface Snapshot<T> {
  get(): T
  subscribe(notify: () => void): () => void
}

interface LastEvent<E> extends Snapshot<SSEEvent<E> | null> {
  /** Somebody reads it. Before the component is mounted this only takes note, as rendering should. */
  read(): void
}

/** The newest event, for one component: observed while it is mounted, and once it has read it. */
export function createLastEvent<E>(client: SSEClient<E>): LastEvent<E> {
  let last: SSEEvent<E> | null = null
  let isRead = false
  let notify: (() => void) | undefined
  let off: (() => void) | undefined
  function observe(): void {
    if (isRead && notify)
      off ??= client.observe({
        onEvent(event) {
          last = event
          notify?.()
        },
      })
  }
  return {
    get: () => last,
    read() {
      isRead = true
      observe()
    },
    subscribe(listener: () => void) {
      notify = listener
      observe()
      return () => {
        off?.()
        off = notify = undefined
      }
    },
  }
}

/** The value as its subscribers were last told it: with a notice per frame, that is what all of a page shows. */
export function createSnapshot<T>(store: Store<T>): Snapshot<T> {
  let value = store.get()
  return {
    get: () => value,
    subscribe: (notify: () => void) =>
      store.subscribe((next) => {
        value = next
        notify()
      }),
  }
}
