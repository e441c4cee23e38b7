export type { Clock } from './base/clock.ts'
export { isSSEError, SSEError, type SSEErrorCode, type SSEErrorDetails } from './base/errors.ts'
export type { Store } from './base/store.ts'
export { createSSE, type SSEClient } from './client.ts'
export type { SSEOptions } from './connection/options.ts'
export type { RetryFunction, RetryOptions } from './decisions/retry.ts'
export type { ConnectionState, PauseReason, Wait } from './decisions/state.ts'
export { byDataType, type Parse, type PayloadParser } from './events/decode.ts'
export type {
  EventHandler,
  EventMap,
  EventName,
  EventPattern,
  Matching,
  SSEEvent,
  SubscribeOptions,
} from './events/event.ts'
export type { Gap, Invalid, Observer, Opened, Retry } from './events/observers.ts'
export { type InferEvents, type SchemaIssue, type StandardSchema, schemas } from './events/schemas.ts'
export { type EventIterator, type EventsOfOptions, eventsOf } from './events-of.ts'
export { type EventSourceTransportOptions, eventSourceTransport } from './transports/eventsource.ts'
export { fetchTransport } from './transports/fetch.ts'
export type {
  LastEventIdIn,
  PerAttempt,
  RequestContext,
  RequestHeaders,
  RequestOptions,
  SSEUrl,
  TransportRequest,
} from './transports/request.ts'
export type {
  Block,
  GapReport,
  Host,
  HostOptions,
  HostTopics,
  Layer,
  OpenInfo,
  TopicsChange,
  Transport,
  TransportLink,
  TransportSink,
  Work,
} from './transports/transport.ts'
