export type { Accept } from './accept.ts'
export type { ClientInfo, Ending } from './client.ts'
export type { Counters } from './counters.ts'
export { encodeEvent, type WireEvent } from './encode.ts'
export { createHub, type Hub, type PublishTo } from './hub.ts'
export {
  type EventLog,
  type LogEntry,
  type LogListener,
  type LogRecord,
  type MemoryLogOptions,
  memoryLog,
} from './log.ts'
export type { HubObserver } from './observers.ts'
export type { HubLimits, HubOptions } from './options.ts'
export type { Losses, Sink, SinkEvents } from './outlet.ts'
export type { EventFilter, HubEvent } from './parcel.ts'
export { type Identity, type Principal, readToken } from './principal.ts'
export type { Publish, Published, PublishOptions, PublishRequest } from './publish.ts'
export type { Level, Priority, ShapeEvents, ShapeOptions, Shapes } from './shapes.ts'
export type { HubStats } from './stats.ts'
export type { Connect } from './streams.ts'
export type { Address, PublishTarget } from './target.ts'
