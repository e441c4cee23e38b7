import type { Registry } from '../audience/registry.ts'
import type { Counters } from '../observe/counters.ts'
import type { HubObservers } from '../observe/observers.ts'
import type { HubSettings } from '../options/settings.ts'
import type { Delivery } from '../publish/delivery.ts'
import type { Confirmations } from './confirmations.ts'
import type { Streams } from './streams.ts'

/** What a hub is made of, for what stands on all of it. */
export interface Parts {
  readonly settings: HubSettings
  readonly registry: Registry
  readonly delivery: Delivery
  readonly streams: Streams
  readonly confirmations: Confirmations
  readonly counters: Counters
  readonly observers: HubObservers
}
