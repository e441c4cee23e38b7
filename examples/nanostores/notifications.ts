import type { SSEClient, Store } from 'headwater'
import { createStatusStore, createValueStore, type Status } from 'headwater/store'
import { atom, onMount, type ReadableAtom } from 'nanostores'

interface Events {
  notification: { text: string }
}

/** A store as an atom that listens while somebody listens to it, and a second longer. */
export function atomOf<T>(store: Store<T>): ReadableAtom<T> {
  const $atom = atom(store.get())
  onMount($atom, () => store.subscribe((value) => $atom.set(value)))
  return $atom
}

export interface Notifications {
  readonly $status: ReadableAtom<Status>
  readonly $unread: ReadableAtom<number>
}

/** At the top of a module; in a component of any framework `useStore($unread)`. */
export function createNotifications(sse: SSEClient<Events>): Notifications {
  return {
    $status: atomOf(createStatusStore(sse)),
    $unread: atomOf(createValueStore(sse, 'notification', { initial: 0, reduce: (count: number) => count + 1 })),
  }
}
