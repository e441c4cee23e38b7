interface Status {
    readonly status: ConnectionState['status'];
    readonly isConnected: boolean;
    readonly isConnecting: boolean;
    readonly error: SSEError | null;
}
interface ValueStoreOptions<T, D = unknown, V = SSEEvent> {
    readonly initial: T;
    readonly reduce?: ((value: T, data: D, event: V) => T) | undefined;
    readonly batch?: Batch | undefined;
}
declare function createStatusStore<E>(sse: SSEClient<E>): Store<Status>;
declare function createValueStore<E, P extends EventPattern<E>, T>(sse: SSEClient<E>, pattern: P, options: ValueStoreOptions<T, E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>> & {
    readonly reduce: (...args: never) => unknown;
}): Store<T>;
declare function createValueStore<E, P extends EventPattern<E>, T = E[Matching<E, P>]>(sse: SSEClient<E>, pattern: P, options: ValueStoreOptions<T, E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>>): Store<T | E[Matching<E, P>]>;
export { Batch, createStatusStore, createValueStore };
export type { Status, ValueStoreOptions };
