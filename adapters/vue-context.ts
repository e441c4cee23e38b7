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
import type { EventMap, SSEClient, SSEOptions } from '../src/index.ts'
import { clientOf, noClient, type Source } from './source.ts'

/*
 * Where a composable finds its client, and from when to when it is at work.
 */

const KEY = Symbol.for('headwater')

/**
 * Provides a client to the components of an app.
 *
 * @example
 * createApp(App).use(createSSEPlugin('/api/events')).mount('#app')
 *
 * @param source - A client; or a URL, for a client of the app's own, which is closed when the app is unmounted.
 * @throws SSEError with code `options` from `app.use()` if an option cannot work.
 */
export function createSSEPlugin<E extends EventMap = Record<string, unknown>>(
  source: Source<E>,
  options: SSEOptions<E> = {},
): Plugin {
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
 * The client that {@link createSSEPlugin} provides. What its events carry is for the caller to say: `useSSEClient<Events>()`.
 * @throws SSEError with code `options` if there is none.
 */
export const useSSEClient = <E extends EventMap = Record<string, unknown>>(): SSEClient<E> => provided()

/** The same for those who may have been given a client. */
export function provided<E>(): SSEClient<E> {
  const sse = inject<SSEClient<E> | null>(KEY, null)
  if (!sse) throw noClient('app.use(createSSEPlugin(…))')
  return sse
}

/**
 * Runs `start` with both values, and after what it returned with each new pair: from when the component is mounted, or at
 * once where there is none, until the scope ends. Without a scope Vue warns, and it goes on until the client is closed.
 *
 * Mounting is what a server never does; and a component that Suspense gives up before it is shown has begun nothing.
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
