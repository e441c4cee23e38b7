import type { EventPattern, SSEClient } from '../src/index.ts'
import { createBatch } from './batch.ts'
import { type BindQueryClientOptions, listOf, type QueryBinding, type QueryBindings } from './query-bindings.ts'
import type { QueryClientLike } from './query-client.ts'
import { createPending, type Given } from './query-pending.ts'

export type {
  BindQueryClientOptions,
  QueryBinding,
  QueryBindings,
  QueryKeys,
  QueryPatch,
} from './query-bindings.ts'
export type { QueryClientLike, QueryKey } from './query-client.ts'

/**
 * Patches and invalidates queries as events come.
 *
 * @example
 * const off = bindQueryClient(sse, queryClient, {
 *   'order.updated': {
 *     keys: ['orders'],
 *     patch: ({ id, patch, ts }) => ({ queryKey: ['orders', id], update: { ...patch, ts } }),
 *     invalidate: ['orders', 'list'],
 *   },
 * })
 *
 * @param queryClient - Of TanStack Query 5, whichever framework it is for.
 * @returns Unbinds. Events that have arrived and are not yet in the cache are dropped.
 */
export function bindQueryClient<E>(
  sse: SSEClient<E>,
  queryClient: QueryClientLike,
  bindings: QueryBindings<E>,
  { isNewer, refetchType, refetchOnConnect, batch }: BindQueryClientOptions<E> = {},
): () => void {
  const pending = createPending(queryClient, isNewer, refetchType)
  const isOpen = (): boolean => sse.state.get().status === 'open'
  /** Events were lost, and the cache does not know. */
  let lost = false
  let hadOpened = refetchOnConnect || isOpen()

  // In a batch of the query client's own, as setQueriesData opens one. An undefined answer leaves its query as it is.
  const notices = createBatch(batch, () => {
    const [some] = queryClient.getQueryCache().getAll()
    if (some) queryClient.setQueriesData({ predicate: (query) => query === some }, () => void flush())
    else flush()
  })

  function flush(): void {
    // Data that is fetched before the stream is open again may miss events in between.
    const isDue = lost && isOpen()
    lost &&= !isDue
    pending._flush(isDue ? all.flatMap(keysOf) : [])
  }

  const lose = (isLost: boolean): void => {
    lost ||= isLost
    notices.request()
  }

  // Each binding fits the events of its own pattern, which is lost on Object.entries.
  const entries = Object.entries(bindings) as [EventPattern<E>, QueryBinding<never, never>][]
  const all = entries.map(([_pattern, _by]) => ({ _pattern, _by, _given: new Map() }))
  const offs = all.map(({ _pattern, _by: { patch, invalidate }, _given }) => {
    const isDynamic = typeof invalidate === 'function'
    if (!isDynamic) for (const key of listOf(invalidate)) pending._give(_given, key)
    return sse.subscribe(_pattern, (data, event) => {
      for (const each of [patch?.(data as never, event as never) ?? []].flat()) pending._patch(_given, each, event)
      const keys = isDynamic ? invalidate(data as never, event as never) : invalidate
      for (const key of listOf(keys)) pending._invalidate(_given, key, event)
      notices.request()
    })
  })
  offs.push(
    notices.cancel,
    sse.observe({
      onOpen({ recovered }) {
        lose(hadOpened && recovered !== true)
        hadOpened = true
      },
      onGap: () => lose(true),
    }),
    pending._watch(notices.request),
  )
  return () => {
    for (const off of offs) off()
  }
}

/** The queries that a loss makes stale: everything, while a binding neither says it nor has given a key. */
const keysOf = ({ _by, _given }: { readonly _by: QueryBinding<never, never>; readonly _given: Given }) =>
  _by.keys ? listOf(_by.keys) : _given.size ? [..._given.values()] : [[]]
