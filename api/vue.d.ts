interface Live<E, C> {
    readonly status: Readonly<Ref<Status['status']>>;
    readonly isConnected: Readonly<Ref<boolean>>;
    readonly isConnecting: Readonly<Ref<boolean>>;
    readonly error: Readonly<Ref<Status['error']>>;
    readonly lastEvent: Readonly<Ref<SSEEvent<E> | null>>;
    readonly lastEventId: Readonly<Ref<string>>;
    connect(): void;
    disconnect(): void;
    readonly client: C;
}
type UseSSE<E = Record<string, unknown>, C = SSEClient<E>> = Live<E, C> & Pick<C, Extract<'send', keyof C>>;
declare function useSSE<E extends EventMap = Record<string, unknown>, C extends SSEClient<E> = SSEClient<E>>(client?: undefined, observer?: Observer<E>): UseSSE<E, C>;
declare function useSSE<E extends EventMap = Record<string, unknown>>(client: MaybeRef<HubClient<E>> | MakeClient<HubClient<E>>, observer?: Observer<E>): UseSSE<E, HubClient<E>>;
declare function useSSE<E extends EventMap = Record<string, unknown>>(client?: MaybeRef<SSEClient<E>> | MakeClient<SSEClient<E>>, observer?: Observer<E>): UseSSE<E>;
declare function useSSE<E extends EventMap = Record<string, unknown>>(url: MaybeRefOrGetter<string | URL>, options?: SSEOptions<E>): UseSSE<E>;
declare function createSSEPlugin<E extends EventMap = Record<string, unknown>>(client: SSEClient<E> | MakeClient<SSEClient<E>>): Plugin;
declare function createSSEPlugin<E extends EventMap = Record<string, unknown>>(url: string | URL, options?: SSEOptions<E>): Plugin;
declare const useSSEClient: <E extends EventMap = Record<string, unknown>, C extends SSEClient<E> = SSEClient<E>>() => C;
type ValueOptions<T, E, P extends EventPattern<E>> = ValueStoreOptions<T, E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>>;
type WithReduce<O extends {
    readonly reduce?: unknown;
}> = O & {
    readonly reduce: NonNullable<O['reduce']>;
};
type WithoutReduce<T> = Omit<ValueStoreOptions<T>, 'reduce'> & {
    readonly reduce?: undefined;
};
declare function useSSEEvent<E = Record<string, unknown>, P extends EventPattern<E> = EventPattern<E>>(client: MaybeRefOrGetter<SSEClient<E>> | undefined, type: MaybeRefOrGetter<P>, handler: MaybeRef<EventHandler<E, Matching<E, P>>>): void;
declare function useSSEEvent<D = unknown>(type: MaybeRefOrGetter<string>, handler: MaybeRef<EventHandler<Record<string, D>, string>>): void;
declare function useSSEValue<E = Record<string, unknown>, P extends EventPattern<E> = EventPattern<E>, T = unknown>(client: MaybeRefOrGetter<SSEClient<E>> | undefined, type: MaybeRefOrGetter<P>, options: WithReduce<ValueOptions<T, E, P>>): Readonly<ShallowRef<T>>;
declare function useSSEValue<E = Record<string, unknown>, P extends EventPattern<E> = EventPattern<E>, T = unknown>(client: MaybeRefOrGetter<SSEClient<E>> | undefined, type: MaybeRefOrGetter<P>, initial: T | WithoutReduce<T>): Readonly<ShallowRef<T | E[Matching<E, P>]>>;
declare function useSSEValue<T, D = unknown>(type: MaybeRefOrGetter<string>, initial: T | ValueOptions<T, Record<string, D>, string>): Readonly<ShallowRef<T>>;
declare function useTopic<E = Record<string, unknown>>(client: MaybeRefOrGetter<HubClient<E>> | undefined, topic: MaybeRefOrGetter<string>, handler: MaybeRef<EventHandler<E, EventName<E>>>): void;
declare function useTopic<D = unknown>(topic: MaybeRefOrGetter<string>, handler: MaybeRef<EventHandler<Record<string, D>, string>>): void;
export { createSSEPlugin, useSSE, useSSEClient, useSSEEvent, useSSEValue, useTopic };
export type { UseSSE };
