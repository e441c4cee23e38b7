type QueryKey = readonly unknown[];
interface CachedQuery {
    readonly queryKey: QueryKey;
    readonly queryHash: string;
    readonly state: {
        readonly data: unknown;
        readonly fetchStatus: string;
        readonly isInvalidated: boolean;
    };
    invalidate(): void;
}
type RefetchType = 'active' | 'inactive' | 'all' | 'none';
interface QueryClientLike {
    getQueryCache(): {
        get(queryHash: string): CachedQuery | undefined;
        getAll(): CachedQuery[];
        findAll(filters: {
            queryKey: QueryKey;
        }): CachedQuery[];
        subscribe(listener: (event: {
            readonly type: string;
            readonly query: CachedQuery;
        }) => void): () => void;
    };
    defaultQueryOptions(options: {
        queryKey: QueryKey;
    }): {
        readonly queryHash: string;
    };
    setQueryData(queryKey: QueryKey, data: unknown): unknown;
    setQueriesData(filters: {
        predicate: (query: CachedQuery) => boolean;
    }, updater: () => undefined): unknown;
    invalidateQueries(filters: {
        predicate: (query: CachedQuery) => boolean;
        refetchType: RefetchType;
    }): Promise<void>;
}
type QueryKeys = QueryKey | readonly QueryKey[] | {
    readonly queryKey: QueryKey;
};
interface QueryPatch {
    readonly queryKey: QueryKey;
    readonly update: object | ((old: never) => unknown);
    readonly exact?: boolean | undefined;
    readonly create?: boolean | undefined;
}
interface QueryBinding<D = unknown, V = SSEEvent> {
    readonly patch?: ((data: D, event: V) => QueryPatch | readonly QueryPatch[] | undefined) | undefined;
    readonly invalidate?: QueryKeys | ((data: D, event: V) => QueryKeys | undefined) | undefined;
    readonly keys?: QueryKeys | undefined;
}
type QueryBindings<E> = {
    readonly [P in EventPattern<E>]?: QueryBinding<E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>>;
};
interface BindQueryClientOptions<E = Record<string, unknown>> {
    readonly isNewer?: ((old: never, event: SSEEvent<E>) => boolean) | undefined;
    readonly refetchType?: RefetchType | undefined;
    readonly refetchOnConnect?: boolean | undefined;
    readonly batch?: Batch | undefined;
}
declare function bindQueryClient<E>(sse: SSEClient<E>, queryClient: QueryClientLike, bindings: QueryBindings<E>, { isNewer, refetchType, refetchOnConnect, batch }?: BindQueryClientOptions<E>): () => void;
export { bindQueryClient };
export type { BindQueryClientOptions, QueryBinding, QueryBindings, QueryClientLike, QueryKey, QueryKeys, QueryPatch };
