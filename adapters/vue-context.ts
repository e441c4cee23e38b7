import {
  effectScope,
  getCurrentInstance,
  inject,
  type MaybeRefOrGetter,
  onMounted,
  onScopeDispose,
  type Plugin,
  toValue,
  watch,
} from 'vue'
import { optionError } from '../src/base/check.ts'
import type { EventMap, SSEClient, SSEOptions } from '../src/index.ts'
import { clientOf, type MakeClient, type Source } from './source.ts'

/*
 * Where a composable finds its client, and from when to when it is at work.
 */

// Vue 2.7 and Vue 3.2 have no such function.
if (!toValue) throw Error('headwater needs Vue 3.4')

const KEY = 'headwater'

/**
 * Provides a client to the components of an app.
 *
 * @example
 * createApp(App).use(createSSEPlugin('/api/events')).mount('#app')
 *
 * @param client - A client, which stays yours; or a URL, or a function that makes a client, for a client of the app's own, which
 *   is closed when the app is unmounted.
 * @throws SSEError with code `options` from `app.use()` if an option cannot work.
 */
export function createSSEPlugin<E extends EventMap = Record<string, unknown>>(
  client: SSEClient<E> | MakeClient<SSEClient<E>>,
): Plugin
export function createSSEPlugin<E extends EventMap = Record<string, unknown>>(
  url: string | URL,
  options?: SSEOptions<E>,
): Plugin
export function createSSEPlugin(source: Source<Record<string, unknown>>, options: SSEOptions = {}): Plugin {
  return {
    install(app) {
      const sse = clientOf(source, options)
      app.provide(KEY, sse)
      if (sse === source) return
      // Vue 3.4 has no app.onUnmount().
      const { unmount } = app
      app.unmount = () => {
        unmount()
        sse.close()
      }
    },
  }
}

/**
 * The client that {@link createSSEPlugin} provides. The caller names its events, and what kind of client it is:
 * `useSSEClient<Events>()`, `useSSEClient<Events, HubClient<Events>>()`.
 * @throws SSEError with code `options` if there is none.
 */
export const useSSEClient = <
  E extends EventMap = Record<string, unknown>,
  C extends SSEClient<E> = SSEClient<E>,
>(): C => provided<E>() as C

/** The same for composables that may have a client already. */
export function provided<E>(): SSEClient<E> {
  const sse = inject<SSEClient<E> | null>(KEY, null)
  if (!sse) throw optionError('client', 'createSSEPlugin() or client', sse)
  return sse
}

/**
 * Runs `start` with both values, and after what it returned with each new pair: from when the component is mounted, or at
 * once where there is none, until the scope ends. Without a scope Vue warns, and it goes on until the client is closed.
 *
 * A server never mounts; and a component that Suspense gives up before it is shown has begun nothing.
 */
export function begin<A, B>(
  a: MaybeRefOrGetter<A>,
  b: MaybeRefOrGetter<B>,
  start: (a: A, b: B) => () => void,
  end?: () => void,
): void {
  // Of its own, as the hook that starts it knows the component, and not a scope inside it.
  const scope = effectScope(true)
  onScopeDispose(() => {
    end?.()
    scope.stop()
  })
  function run(): void {
    if (!scope.active) return
    scope.run(() =>
      watch([() => toValue(a), () => toValue(b)], ([a, b], _, onCleanup) => onCleanup(start(a, b)), {
        immediate: true,
      }),
    )
  }
  const component = getCurrentInstance()
  if (component && !component.isMounted) onMounted(run)
  else run()
}
