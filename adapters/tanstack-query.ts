import type { EventName, EventPattern, Matching, SSEClient, SSEEvent } from '../src/index.ts'
import { type Batch, createBatch, guarded } from './batch.ts'
import type { CachedQuery, QueryClientLike, QueryKey, RefetchType } from './query-client.ts'

export type { QueryClientLike, QueryKey } from './query-client.ts'

/**
 * A key, which stands for all queries whose keys begin with it; or a list of keys. A list is what consists of nothing but
 * arrays, so a key that does too, as some of tRPC's, goes into a list: `[[['post']]]`. `{ queryKey }`, as TanStack Query itself
 * takes it, is the same as the key.
 */
export type QueryKeys = QueryKey | readonly QueryKey[] | { readonly queryKey: QueryKey }

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
  /** Queries to fetch anew. Those that this binding patches for the same event are passed over. */
  readonly invalidate?: QueryKeys | ((data: D, event: V) => QueryKeys | undefined) | undefined
  /**
   * Everything that these events may change: it is fetched anew when some of them were lost.
   * @defaultValue all queries whose keys begin with the first part of a key that `invalidate` is or that this binding has
   *   given so far; all there are while it has given none
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
}

const isFetching = ({ state }: CachedQuery): boolean => state.fetchStatus !== 'idle'

const isList = (keys: QueryKey | readonly QueryKey[]): keys is readonly QueryKey[] => keys.every(Array.isArray)

function listOf(keys: QueryKeys = []): readonly QueryKey[] {
  if ('queryKey' in keys) return [keys.queryKey]
  return isList(keys) ? keys : [keys]
}

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
  /** Since the last batch, each key once for each binding, with the events that say so. */
  const outdated = new Map<string, { readonly queryKey: QueryKey; readonly events: unknown[] }>()
  /** The first parts of the keys that each binding has given: what a loss makes stale. */
  const bound = new Map<unknown, Map<string, QueryKey>>()
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
    const settled = new Map([...changes].map(([query, list]) => [query, change(query, list)]))
    for (const { queryKey, events } of outdated.values())
      for (const query of find(queryKey)) {
        const done = settled.get(query)
        if (events.some((event) => !done?.has(event))) stale.add(query)
      }
    changes.clear()
    outdated.clear()
    // What is fetched before the stream is open again may miss what happens in between.
    if (lost && isOpen()) {
      lost = false
      for (const [, by] of entries) {
        const keys = by.keys ? listOf(by.keys) : [...(bound.get(by)?.values() ?? [[]])]
        for (const query of keys.flatMap(find)) stale.add(query)
      }
    }
    const now = new Set([...stale].filter((query) => !isFetching(query) && stale.delete(query)))
    if (now.size) queryClient.invalidateQueries({ predicate: (query) => now.has(query), refetchType })
  }

  /** Folds the changes into one, so that whoever observes the query computes once. @returns The events that need no more. */
  function change(query: CachedQuery, list: readonly Change[]): ReadonlySet<unknown> {
    const done = new Set<unknown>()
    const { data: old, isInvalidated } = query.state
    let data = old
    if (isFetching(query)) stale.add(query)
    else if (old !== undefined)
      for (const { update, event } of list) {
        const next = guarded(() => (isNewer(data as never, event as never) ? updated(update, data) : data))
        if (next === undefined) continue
        data = next
        done.add(event)
      }
    if (data === old) return done
    queryClient.setQueryData(query.queryKey, data)
    // New data counts as valid; but a patch does not mend what else was stale.
    if (isInvalidated) query.invalidate()
    return done
  }

  function bind(by: unknown, [first]: QueryKey): void {
    const keys = bound.get(by) ?? new Map<string, QueryKey>()
    if (first !== undefined) bound.set(by, keys.set(hashOf([first]), [first]))
  }

  for (const [, by] of entries)
    if (by.invalidate && typeof by.invalidate !== 'function') for (const key of listOf(by.invalidate)) bind(by, key)

  const offs = entries.map(([pattern, by]) =>
    sse.subscribe(pattern, (data, event) => {
      const { patch, invalidate } = by
      for (const { queryKey, update, exact, create } of [patch?.(data as never, event as never) ?? []].flat()) {
        bind(by, queryKey)
        const queries = exact === false ? find(queryKey) : [cache.get(hashOf(queryKey)) ?? []].flat()
        if (create && !queries.length) queryClient.setQueryData(queryKey, updated(update, undefined))
        for (const query of queries) {
          const list = changes.get(query) ?? []
          list.push({ update, event })
          if (isFetching(query)) stale.add(query)
          else changes.set(query, list)
        }
      }
      const keys = typeof invalidate === 'function' ? invalidate(data as never, event as never) : invalidate
      for (const queryKey of listOf(keys)) {
        bind(by, queryKey)
        const entry = outdated.get(pattern + hashOf(queryKey)) ?? { queryKey, events: [] }
        entry.events.push(event)
        outdated.set(pattern + hashOf(queryKey), entry)
      }
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
