type NamedRequestEvent<T extends string, D> = {
    readonly type: T;
    readonly data: D;
    readonly id: string;
    readonly raw: string;
};
type RequestEvent<E = Record<string, unknown>> = {
    [T in EventName<E>]: NamedRequestEvent<T, E[T]>;
}[EventName<E>];
interface RequestEventsOptions<E = Record<string, unknown>> {
    readonly method?: string | undefined;
    readonly headers?: RequestHeaders | undefined;
    readonly body?: RequestBody | undefined;
    readonly credentials?: RequestInit['credentials'] | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
    readonly parse?: Parse<E> | undefined;
    readonly done?: string | ((event: {
        readonly type: string;
        readonly raw: string;
        readonly id: string;
    }) => boolean) | undefined;
    readonly lastEventId?: string | undefined;
    readonly retry?: RetryOptions | false | undefined;
    readonly maxEventSize?: number | undefined;
}
declare function requestEvents<E extends EventMap = Record<string, unknown>>(url: string | URL, { parse, done, retry, lastEventId, ...request }?: RequestEventsOptions<E>): AsyncGenerator<RequestEvent<E>, void, undefined>;
export { requestEvents };
export type { RequestEvent, RequestEventsOptions };
