import { InjectionToken, inject, type Signal } from '@angular/core'
import { toSignal } from '@angular/core/rxjs-interop'
import { createSSE, type SSEClient, type Store } from 'headwater'
import { createStatusStore, createValueStore, type Status } from 'headwater/store'
import { Observable } from 'rxjs'

interface Events {
  notification: { text: string }
}

/** One client for the whole app. A test provides another. */
export const SSE = new InjectionToken<SSEClient<Events>>('headwater', {
  factory: () => createSSE<Events>('/api/events'),
})

/**
 * A store as a signal, for as long as the injection context lives. Stores call back at once, so the signal has a value
 * from the start.
 */
export function signalOf<T>(store: Store<T>): Signal<T> {
  const values = new Observable<T>((subscriber) => store.subscribe((value) => subscriber.next(value)))
  return toSignal(values, { requireSync: true })
}

export interface Notifications {
  readonly status: Signal<Status>
  readonly unread: Signal<number>
}

/** In a component: `readonly notifications = injectNotifications()`, and in its template `{{ notifications.unread() }}`. */
export function injectNotifications(): Notifications {
  const sse = inject(SSE)
  return {
    status: signalOf(createStatusStore(sse)),
    unread: signalOf(createValueStore(sse, 'notification', { initial: 0, reduce: (count: number) => count + 1 })),
  }
}
