/*
 * The parts of TanStack Query 5 that are used. It imports nothing of it, not even types: Vue Query brings a query-core of its
 * own, and private fields make the classes of two copies foreign to each other.
 */

/** The key of a query, or the beginning of several. */
export type QueryKey = readonly unknown[]

/** A query in the cache. */
export interface CachedQuery {
  readonly queryKey: QueryKey
  readonly queryHash: string
  readonly state: { readonly data: unknown; readonly fetchStatus: string; readonly isInvalidated: boolean }
  invalidate(): void
}

/** Which of the queries that have become stale are fetched at once, as for `invalidateQueries`. */
export type RefetchType = 'active' | 'inactive' | 'all' | 'none'

/** A QueryClient, whichever framework it is for. */
export interface QueryClientLike {
  getQueryCache(): {
    get(queryHash: string): CachedQuery | undefined
    getAll(): CachedQuery[]
    findAll(filters: { queryKey: QueryKey }): CachedQuery[]
    subscribe(listener: (event: { readonly type: string; readonly query: CachedQuery }) => void): () => void
  }
  defaultQueryOptions(options: { queryKey: QueryKey }): { readonly queryHash: string }
  setQueryData(queryKey: QueryKey, data: unknown): unknown
  setQueriesData(filters: { predicate: (query: CachedQuery) => boolean }, updater: () => undefined): unknown
  invalidateQueries(filters: { predicate: (query: CachedQuery) => boolean; refetchType: RefetchType }): Promise<void>
}
