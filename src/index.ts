export { createSSE, type SSEClient } from './client.ts'
export type { Clock } from './clock.ts'
export { byDataType, type InferEvents, type Parse, type SchemaIssue, type StandardSchema } from './decode.ts'
export { isSSEError, SSEError, type SSEErrorCode, type SSEErrorDetails } from './errors.ts'
export type { EventHandler, EventMap, EventName, EventPattern, Matching, SSEEvent, SubscribeOptions } from './event.ts'
export type { EventIterator, IterateOptions } from './iterate.ts'
export type { ConnectionInput, ConnectionState, PauseReason } from './machine.ts'
export type { Gap, Invalid, Observer, Opened, Retry } from './observers.ts'
export type { CursorStorage, PerTry, RequestContext, RequestHeaders, Schemas, SSEOptions, SSEUrl } from './options.ts'
export type { RetryFunction, RetryOptions } from './retry.ts'
export type { Store } from './store.ts'
export type { Topic } from './topic.ts'
export { type EventSourceTransportOptions, eventSourceTransport } from './transports/eventsource.ts'
export { fetchTransport } from './transports/fetch.ts'
export type {
  Transport,
  TransportHost,
  TransportLink,
  TransportRequest,
  TransportSink,
} from './transports/transport.ts'
