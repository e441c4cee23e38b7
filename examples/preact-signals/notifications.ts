import { type ReadonlySignal, signal } from '@preact/signals-core'
import type { SSEClient, Store } from 'headwater'
import { createStatusStore, createValueStore, type Status } from 'headwater/store'

interface Events {
  notification: { text: string }
}

/** A store as a signal that listens while an effect, a computed value or a component reads it. */
export function signalOf<T>(store: Store<T>): ReadonlySignal<T> {
  let off = (): void => {}
  return signal(store.get(), {
    watched() {
      off = store.subscribe((value) => {
        this.value = value
      })
    },
    unwatched: () => off(),
  })
}

export interface Notifications {
  readonly status: ReadonlySignal<Status>
  readonly unread: ReadonlySignal<number>
}

/** At the top of a module; in a component's JSX `<p>{unread} unread</p>`. */
export function createNotifications(sse: SSEClient<Events>): Notifications {
  return {
    status: signalOf(createStatusStore(sse)),
    unread: signalOf(createValueStore(sse, 'notification', { initial: 0, reduce: (count: number) => count + 1 })),
  }
}
