export { Clock } from 'shared';
export { LastEventIdIn, PerAttempt, RequestContext, RequestHeaders, RequestOptions, SSEError, SSEErrorCode, SSEErrorDetails, SSEUrl, TransportRequest, isSSEError } from 'shared';
export { Block, ConnectionState, GapReport, Host, HostOptions, HostTopics, Invalid, Observer, OpenInfo, Opened, PauseReason, Retry, Store, TopicsChange, TransportLink, TransportSink, Wait, Work } from 'shared';
export { SSEOptions, createSSE } from 'shared';
export { RetryFunction, RetryOptions } from 'shared';
export { Parse, PayloadParser, byDataType } from 'shared';
export { EventHandler, EventMap, EventName, SubscribeOptions } from 'shared';
export { InferEvents, SchemaIssue, StandardSchema, schemas } from 'shared';
interface EventsOfOptions {
    readonly signal?: AbortSignal | undefined;
    readonly limit?: number | undefined;
    readonly overflow?: 'error' | 'drop-oldest' | 'latest' | undefined;
    readonly onGap?: ((gap: Gap) => void) | undefined;
}
interface EventIterator<T> {
    next(): Promise<IteratorResult<T, undefined>>;
    return(): Promise<IteratorResult<T, undefined>>;
    [Symbol.asyncIterator](): EventIterator<T>;
}
declare function eventsOf<E, P extends EventPattern<E>>(sse: SSEClient<E>, pattern: P, options?: EventsOfOptions): EventIterator<SSEEvent<E, Matching<E, P>>>;
interface EventSourceTransportOptions {
    readonly EventSource?: typeof globalThis.EventSource | undefined;
}
declare const eventSourceTransport: (options?: EventSourceTransportOptions) => Layer;
declare function fetchTransport(): Transport;
export { EventPattern, Gap, Layer, Matching, SSEClient, SSEEvent, Transport, eventSourceTransport, eventsOf, fetchTransport };
export type { EventIterator, EventSourceTransportOptions, EventsOfOptions };
