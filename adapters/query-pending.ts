import { callSafely } from '../src/base/errors.ts'
import type { QueryPatch } from './query-bindings.ts'
import type { CachedQuery, QueryClientLike, QueryKey, RefetchType } from './query-client.ts'

/* The changes to the cache that events ask for, until the batch makes them. */

/** The change to a query that an event asks for. */
interface Change {
  readonly _update: QueryPatch['update']
  readonly _event: unknown
}

/** The first parts of the keys that a binding has given, by their hashes: what a loss makes stale. */
export type Given = Map<string, QueryKey>

export interface Pending {
  /** A binding gives a key. */
  _give(given: Given, key: QueryKey): void
  _patch(given: Given, patch: QueryPatch, event: unknown): void
  /** Queries that the same event patches are left out. */
  _invalidate(given: Given, key: QueryKey, event: unknown): void
  /**
   * Writes all patches to the cache, and invalidates what has become stale, except what is in flight.
   * @param lost - Keys of which events were lost.
   */
  _flush(lost: readonly QueryKey[]): void
  /** Calls back when a query that is stale is no longer in flight. */
  _watch(onDue: () => void): () => void
}

type IsNewer = (old: never, event: never) => boolean

/** The query has yet to answer. The answer may be older than an event, or made from what an event has changed since. */
const isInFlight = ({ state }: CachedQuery): boolean => state.fetchStatus !== 'idle'

/** While a query is paused, because the browser is offline, no answer is on its way: it shows what events bring. */
const isPatchable = ({ state }: CachedQuery): boolean => state.fetchStatus !== 'fetching'

// Only the author of the update knows what a query holds.
const updated = (update: QueryPatch['update'], old: unknown): unknown =>
  typeof update === 'function' ? update(old as never) : { ...(old as object), ...update }

/** False where both have a `ts`, and the event's is the smaller one. */
const hasNews = (old: unknown, { data }: { readonly data: unknown }): boolean => !(Object(data).ts < Object(old).ts)

/**
 * Folds changes into one, so that an observer of the query computes once.
 * @returns The events that need no more.
 */
function write(
  queryClient: QueryClientLike,
  isNewer: IsNewer,
  query: CachedQuery,
  list: readonly Change[],
): ReadonlySet<unknown> {
  const { data: old, isInvalidated } = query.state
  const done = new Set<unknown>()
  let data = old
  for (const { _update, _event } of old !== undefined && isPatchable(query) ? list : [])
    callSafely(() => {
      const next = isNewer(data as never, _event as never) ? updated(_update, data) : data
      if (next === undefined) return
      data = next
      done.add(_event)
    })
  if (data === old) return done
  queryClient.setQueryData(query.queryKey, data)
  // New data counts as valid; but a patch does not mend what else was stale.
  if (isInvalidated) query.invalidate()
  return done
}

export function createPending(
  queryClient: QueryClientLike,
  isNewer: IsNewer = hasNews,
  refetchType: RefetchType = 'active',
): Pending {
  const cache = queryClient.getQueryCache()
  const find = (queryKey: QueryKey): CachedQuery[] => cache.findAll({ queryKey })
  const hashOf = (queryKey: QueryKey): string => queryClient.defaultQueryOptions({ queryKey }).queryHash
  /** In the order in which they came. */
  const changes = new Map<CachedQuery, Change[]>()
  /** Each key once. */
  const outdated = new Map<string, { readonly _key: QueryKey; readonly _events: unknown[] }>()
  /** To be invalidated as soon as they are not in flight. */
  const stale = new Set<CachedQuery>()

  function give(given: Given, [first]: QueryKey): void {
    if (first !== undefined) given.set(hashOf([first]), [first])
  }

  return {
    _give: give,
    _patch(given, { queryKey, update, exact, create }, event) {
      give(given, queryKey)
      const queries = exact === false ? find(queryKey) : [cache.get(hashOf(queryKey)) ?? []].flat()
      if (create && !queries.length) queryClient.setQueryData(queryKey, updated(update, undefined))
      for (const query of queries) {
        const list = changes.get(query) ?? []
        list.push({ _update: update, _event: event })
        if (isInFlight(query)) stale.add(query)
        if (isPatchable(query)) changes.set(query, list)
      }
    },
    _invalidate(given, key, event) {
      give(given, key)
      const hash = hashOf(key)
      const entry = outdated.get(hash) ?? { _key: key, _events: [] }
      entry._events.push(event)
      outdated.set(hash, entry)
    },
    _flush(lost) {
      for (const query of changes.keys()) if (isInFlight(query)) stale.add(query)
      const settled = new Map([...changes].map(([query, list]) => [query, write(queryClient, isNewer, query, list)]))
      for (const { _key, _events } of outdated.values())
        for (const query of find(_key)) if (_events.some((event) => !settled.get(query)?.has(event))) stale.add(query)
      changes.clear()
      outdated.clear()
      for (const query of lost.flatMap(find)) stale.add(query)
      const due = new Set([...stale].filter((query) => !isInFlight(query) && stale.delete(query)))
      if (due.size) queryClient.invalidateQueries({ predicate: (query) => due.has(query), refetchType })
    },
    _watch: (onDue) =>
      cache.subscribe(({ type, query }) => {
        if (type === 'removed') {
          changes.delete(query)
          stale.delete(query)
        } else if (stale.has(query) && !isInFlight(query)) onDue()
      }),
  }
}
