import type { EventName, EventPattern, Matching, SSEClient, SSEEvent } from '../src/index.ts'
import { type Batch, createBatch, guarded } from './batch.ts'
import type { CachedQuery, QueryClientLike, QueryKey, RefetchType } from './query-client.ts'

export type { QueryClientLike, QueryKey } from './query-client.ts'

/**
 * A key, which stands for all queries whose keys begin with it; or a list of keys. A list is what consists of nothing but
 * arrays, so a key that does too, as some of tRPC's, goes into a list: `[[['post']]]`.
 */
export type QueryKeys = QueryKey | readonly QueryKey[]

/** New data for a query in the cache. */
export interface QueryPatch {
  readonly queryKey: QueryKey
  /**
   * Fields to spread over the old data; or a function that makes the new data from the old, which it must not change.
   * Undefined leaves the query as it is.
   */
  readonly update: object | ((old: never) => unknown)
  /**
   * Only the query with just this key. False: all whose keys begin with it.
   * @defaultValue true
   */
  readonly exact?: boolean | undefined
  /**
   * Make the query if the cache does not have it; `update` then gets undefined.
   * @defaultValue false
   */
  readonly create?: boolean | undefined
}

/** What events do to the cache. `D` is their payload, `V` the event. What a function throws goes to `onHandlerError`. */
export interface QueryBinding<D = unknown, V = SSEEvent> {
  /** Queries whose data follows from the event. One that is being fetched is fetched once more instead. */
  readonly patch?: ((data: D, event: V) => QueryPatch | readonly QueryPatch[] | undefined) | undefined
  /** Queries to fetch anew. Those that this binding patches in the same go are passed over. */
  readonly invalidate?: QueryKeys | ((data: D, event: V) => QueryKeys | undefined) | undefined
  /**
   * Everything that these events may change: it is fetched anew when some of them were lost.
   * @defaultValue `invalidate` if that is no function and there is no `patch`; else all queries
   */
  readonly keys?: QueryKeys | undefined
}

/** A binding for each name or pattern. An event that several match goes through all of them. */
export type QueryBindings<E> = {
  readonly [P in EventPattern<E>]?: QueryBinding<E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>>
}

/** How events reach the cache. */
export interface BindQueryClientOptions<E = Record<string, unknown>> {
  /**
   * Whether an event still has news for the data of a query; if not, it does not patch it.
   * @defaultValue false only where both have a `ts` and the event's is the smaller one
   */
  readonly isNewer?: ((old: never, event: SSEEvent<E>) => boolean) | undefined
  /**
   * Which of the queries that have become stale are fetched at once; the others when they are used.
   * @defaultValue 'active'
   */
  readonly refetchType?: RefetchType | undefined
  /**
   * Fetch anew when the stream opens for the first time, too: an event may have come between a page's first fetch and
   * that moment. Costs the queries in `keys` a second fetch.
   * @defaultValue false
   */
  readonly refetchOnConnect?: boolean | undefined
  /**
   * When the cache is written: `chunk`: once for all events that arrived together · `frame`: at most once per frame.
   * @defaultValue 'chunk'
   */
  readonly batch?: Batch | undefined
}

/** What an event wants done to a query. */
interface Change {
  readonly update: QueryPatch['update']
  readonly event: unknown
  readonly by: unknown
}

const isFetching = ({ state }: CachedQuery): boolean => state.fetchStatus !== 'idle'

const isList = (keys: QueryKeys): keys is readonly QueryKey[] => keys.every(Array.isArray)

const listOf = (keys: QueryKeys = []): readonly QueryKey[] => (isList(keys) ? keys : [keys])

// What a query holds is known to whoever wrote the update.
const updated = (update: QueryPatch['update'], old: unknown): unknown =>
  typeof update === 'function' ? update(old as never) : { ...(old as object), ...update }

/** Whatever it is that they hold. */
const hasNews = (old: unknown, { data }: { readonly data: unknown }): boolean => !(Object(data).ts < Object(old).ts)

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
 * @returns Unbinds. What has arrived and is not yet in the cache is dropped.
 */
export function bindQueryClient<E>(
  sse: SSEClient<E>,
  queryClient: QueryClientLike,
  bindings: QueryBindings<E>,
  options: BindQueryClientOptions<E> = {},
): () => void {
  const { isNewer = hasNews, refetchType = 'active', refetchOnConnect = false, batch } = options
  const cache = queryClient.getQueryCache()
  const find = (queryKey: QueryKey): CachedQuery[] => cache.findAll({ queryKey })
  const hashOf = (queryKey: QueryKey): string => queryClient.defaultQueryOptions({ queryKey }).queryHash
  const isOpen = (): boolean => sse.state.get().status === 'open'
  // Each binding fits the events of its own pattern, which is lost on Object.entries.
  const entries = Object.entries(bindings) as [EventPattern<E>, QueryBinding<never, never>][]
  /** Since the last batch, in the order they came. */
  const changes = new Map<CachedQuery, Change[]>()
  /** Since the last batch, each key once for each binding. */
  const outdated = new Map<string, readonly [queryKey: QueryKey, by: unknown]>()
  /** To be invalidated as soon as they are not in flight: what lands may be older than the event. */
  const stale = new Set<CachedQuery>()
  /** Events were lost, and the cache does not know. */
  let lost = false
  let hadOpened = refetchOnConnect || isOpen()

  // In a batch of the client's own, as whatever setQueriesData does is. An undefined answer leaves its query as it is.
  const notices = createBatch(batch, () => {
    const [some] = cache.getAll()
    if (some) queryClient.setQueriesData({ predicate: (query) => query === some }, () => void flush())
    else flush()
  })

  function flush(): void {
    for (const [query, list] of changes) change(query, list)
    for (const [queryKey, by] of outdated.values())
      for (const query of find(queryKey)) if (!changes.get(query)?.some((change) => change.by === by)) stale.add(query)
    changes.clear()
    outdated.clear()
    // What is fetched before the stream is open again may miss what happens in between.
    if (lost && isOpen()) {
      lost = false
      for (const [, { patch, invalidate, keys = patch ?? invalidate }] of entries)
        for (const query of typeof keys === 'function' ? cache.getAll() : listOf(keys).flatMap(find)) stale.add(query)
    }
    const now = new Set([...stale].filter((query) => !isFetching(query) && stale.delete(query)))
    if (now.size) queryClient.invalidateQueries({ predicate: (query) => now.has(query), refetchType })
  }

  /** Folds the changes into one, so that whoever observes the query computes once. */
  function change(query: CachedQuery, list: readonly Change[]): void {
    const { data: old, isInvalidated } = query.state
    let data = old
    if (isFetching(query)) stale.add(query)
    else if (old !== undefined)
      for (const { update, event } of list) {
        const next = guarded(() => (isNewer(data as never, event as never) ? updated(update, data) : undefined))
        if (next !== undefined) data = next
      }
    if (data === old) return
    queryClient.setQueryData(query.queryKey, data)
    // New data counts as valid; but a patch does not mend what else was stale.
    if (isInvalidated) query.invalidate()
  }

  const offs = entries.map(([pattern, by]) =>
    sse.subscribe(pattern, (data, event) => {
      const { patch, invalidate } = by
      for (const { queryKey, update, exact, create } of [patch?.(data as never, event as never) ?? []].flat()) {
        const queries = exact === false ? find(queryKey) : [cache.get(hashOf(queryKey)) ?? []].flat()
        if (create && !queries.length) queryClient.setQueryData(queryKey, updated(update, undefined))
        for (const query of queries) {
          const list = changes.get(query) ?? []
          list.push({ update, event, by })
          if (isFetching(query)) stale.add(query)
          else changes.set(query, list)
        }
      }
      const keys = typeof invalidate === 'function' ? invalidate(data as never, event as never) : invalidate
      for (const queryKey of listOf(keys)) outdated.set(pattern + hashOf(queryKey), [queryKey, by])
      notices.request()
    }),
  )
  offs.push(
    notices.cancel,
    sse.observe({
      onOpen({ recovered }) {
        lost ||= hadOpened && recovered !== true
        hadOpened = true
        notices.request()
      },
      onGap() {
        lost = true
        notices.request()
      },
    }),
    cache.subscribe(({ type, query }) => {
      if (type === 'removed') {
        changes.delete(query)
        stale.delete(query)
      } else if (stale.has(query) && !isFetching(query)) notices.request()
    }),
  )
  return () => {
    for (const off of offs) off()
  }
}
