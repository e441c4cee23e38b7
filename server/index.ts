export type { PeerEvents, Sink, SinkEvents } from './audience/carrier.ts'
export type { ClientInfo, Ending } from './audience/client.ts'
export type { ClientSelector } from './audience/clients.ts'
export type { DeniedCode } from './audience/denied.ts'
export type { Presence, PresenceQuery } from './audience/presence.ts'
export type { Authentication, Identity, Principal } from './audience/principal.ts'
export type { Address, PublishTarget } from './audience/target.ts'
export type { Losses } from './audience/waiting.ts'
export type { ContentCoding } from './http/compress.ts'
export type { Accept } from './http/host.ts'
export { type RefuseOptions, refuse } from './http/refuse.ts'
export { readToken } from './http/token.ts'
export type { Known } from './http/verdict.ts'
export { createHub, type Hub } from './hub.ts'
export {
  type EventLog,
  type LogEntry,
  type LogListener,
  type LogRecord,
  type MemoryLogOptions,
  memoryLog,
} from './log/log.ts'
export { type Mail, type Mailbox, memoryMailbox } from './log/mailbox.ts'
export { memoryRelay, type Relay, type RelayMessage } from './log/relay.ts'
export { LogUnavailableError } from './log/unavailable.ts'
export type { Counters } from './observe/counters.ts'
export type { Connected, Delivered, Disconnected, HubObserver, Publication, Replayed } from './observe/observers.ts'
export type { HubStats } from './observe/stats.ts'
export type { HubLimits } from './options/limits.ts'
export type { HubOptions } from './options/options.ts'
export type { HubEvent } from './publish/event.ts'
export type { On } from './publish/event-listeners.ts'
export type { EventFilter } from './publish/filter.ts'
export type { MailboxOptions } from './publish/mail-options.ts'
export type { PublishOptions, PublishRequest } from './publish/message.ts'
export type { Publish, PublishAnswer, Published, PublishTo } from './publish/publish.ts'
export { type HubSchemas, InvalidEventError } from './publish/schemas.ts'
export type { Level, NotifyOptions, Priority, ShapeEvents, ShapeOptions, Shapes } from './publish/shapes.ts'
export type { HubProcess } from './streams/census.ts'
export type { Connect } from './streams/open.ts'
export { encodeEvent, type WireEvent } from './wire/encode.ts'
export type { Refusal } from './wire/refusal.ts'
export type { WorkRetry } from './work/attempt.ts'
export type { BroadcastEffect, EffectsHub, ListedEffect, NamedEffect, PublishEffect } from './work/effect.ts'
export { createEffects, type EffectQueue } from './work/effects.ts'
export type {
  CustomEffect,
  DeadLetter,
  Effect,
  EffectContext,
  EffectHandlers,
  EffectsOptions,
  Step,
} from './work/effects-options.ts'
export { WorkError, type WorkErrorCode } from './work/error.ts'
export type { Job, JobData, JobEvent, JobEvents, JobFailure, JobRun, JobStatus, JobsHub } from './work/job.ts'
export { createJobs, type Jobs } from './work/jobs.ts'
export type { JobsOptions } from './work/jobs-options.ts'
export type { Pushed } from './work/queue.ts'
