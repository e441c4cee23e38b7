import type { EventName, EventPattern, Matching, SSEEvent } from '../src/index.ts'
import type { Batch } from './batch.ts'
import type { QueryKey, RefetchType } from './query-client.ts'

/* The application's description of its queries. */

/**
 * A key, which stands for all queries whose keys begin with it; or a list of keys. An array of arrays is a list of keys. A
 * key that is itself nested, as some of tRPC's, goes into a list: `[[['post']]]`. `{ queryKey }`, as TanStack Query itself
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

/**
 * The effects of events on the cache. `D` is their payload, `V` the event. An error of a function goes to `onHandlerError`.
 */
export interface QueryBinding<D = unknown, V = SSEEvent> {
  /** Queries whose data follows from the event. One that is in flight is fetched once more instead. */
  readonly patch?: ((data: D, event: V) => QueryPatch | readonly QueryPatch[] | undefined) | undefined
  /** Queries to fetch again. Those that are patched for the same event are left out. */
  readonly invalidate?: QueryKeys | ((data: D, event: V) => QueryKeys | undefined) | undefined
  /**
   * Everything that these events may change: it is fetched again when some of them were lost.
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
   * Fetch again when the stream opens for the first time, too: an event may have come between a page's first fetch and
   * that moment. Costs the queries in `keys` a second fetch.
   * @defaultValue false
   */
  readonly refetchOnConnect?: boolean | undefined
  /**
   * When the cache is written: `chunk`: once for all events that arrived together · `frame`: at most once per frame · a
   * number: at most once in so many milliseconds.
   * @defaultValue 'chunk'
   */
  readonly batch?: Batch | undefined
}

export function listOf(keys: QueryKeys = []): readonly QueryKey[] {
  if ('queryKey' in keys) return [keys.queryKey]
  return keys.every(Array.isArray) ? (keys as readonly QueryKey[]) : [keys]
}
