interface Live<E, C> extends Status {
    readonly lastEvent: SSEEvent<E> | null;
    readonly lastEventId: string;
    readonly connect: () => void;
    readonly disconnect: () => void;
    readonly client: C;
}
type UseSSE<E = Record<string, unknown>, C = SSEClient<E>> = Live<E, C> & Pick<C, Extract<'send', keyof C>>;
declare function useSSE<E extends EventMap = Record<string, unknown>, C extends SSEClient<E> = SSEClient<E>>(client?: undefined, observer?: Observer<E>): UseSSE<E, C>;
declare function useSSE<E extends EventMap = Record<string, unknown>>(client: HubClient<E> | MakeClient<HubClient<E>>, observer?: Observer<E>): UseSSE<E, HubClient<E>>;
declare function useSSE<E extends EventMap = Record<string, unknown>>(client?: SSEClient<E> | MakeClient<SSEClient<E>>, observer?: Observer<E>): UseSSE<E>;
declare function useSSE<E extends EventMap = Record<string, unknown>>(url: string | URL, options?: SSEOptions<E>): UseSSE<E>;
declare function useSSE<E extends EventMap = Record<string, unknown>>(source: Source<E>, observer?: Observer<E>): UseSSE<E>;
type SSEProviderProps<E = Record<string, unknown>> = ({
    readonly client: SSEClient<E> | MakeClient<SSEClient<E>>;
    readonly url?: undefined;
    readonly options?: Observer<E> | undefined;
} | {
    readonly client?: undefined;
    readonly url: string | URL;
    readonly options?: SSEOptions<E> | undefined;
}) & {
    readonly children?: ReactNode;
};
type Initial<T> = T | (Omit<ValueStoreOptions<T>, 'reduce'> & {
    readonly reduce?: undefined;
});
type Reduction<T, D, V> = ValueStoreOptions<T, D, V> & {
    readonly reduce: (value: T, data: D, event: V) => T;
};
declare function SSEProvider<E extends EventMap = Record<string, unknown>>(props: SSEProviderProps<E>): ReactElement;
declare function useSSEClient<E extends EventMap = Record<string, unknown>, C extends SSEClient<E> = SSEClient<E>>(): C;
declare function useSSEEvent<E, P extends EventPattern<E>>(client: SSEClient<E> | undefined, type: P, handler: EventHandler<E, Matching<E, P>>): void;
declare function useSSEEvent<D = unknown>(type: string, handler: EventHandler<Record<string, D>, string>): void;
declare function useTopic<E>(client: HubClient<E> | undefined, topic: string, handler: EventHandler<E, EventName<E>>): void;
declare function useTopic<D = unknown>(topic: string, handler: EventHandler<Record<string, D>, string>): void;
declare function useSSEValue<E, P extends EventPattern<E>, T>(client: SSEClient<E> | undefined, type: P, options: Reduction<T, E[Matching<E, P>], SSEEvent<E, Matching<E, P> & EventName<E>>>): T;
declare function useSSEValue<E, P extends EventPattern<E>, T>(client: SSEClient<E> | undefined, type: P, initial: Initial<T>): T | E[Matching<E, P>];
declare function useSSEValue<T, D = unknown>(type: string, options: Reduction<T, D, SSEEvent<Record<string, D>, string>>): T;
declare function useSSEValue<T>(type: string, initial: Initial<T>): T;
export { MakeClient, SSEProvider, useSSE, useSSEClient, useSSEEvent, useSSEValue, useTopic };
export type { SSEProviderProps, UseSSE };
