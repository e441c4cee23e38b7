import type { SSEClient } from 'headwater'
import { createStatusStore, createValueStore } from 'headwater/store'
import { type Accessor, from } from 'solid-js'

/*
 * `from` takes a store as it is. It subscribes in the component or the root that it is called in, and unsubscribes when
 * that is disposed.
 */

interface Events {
  notification: { text: string }
}

export interface Notifications {
  readonly isConnected: Accessor<boolean>
  readonly unread: Accessor<number>
}

/** In a component: `const { unread } = createNotifications(sse)`, and in its JSX `<p>{unread()} unread</p>`. */
export function createNotifications(sse: SSEClient<Events>): Notifications {
  const statuses = createStatusStore(sse)
  const status = from(statuses, statuses.get())
  const unread = from(createValueStore(sse, 'notification', { initial: 0, reduce: (count: number) => count + 1 }), 0)
  return { isConnected: () => status().isConnected, unread }
}
