import type { Counters } from './counters.ts'
import type { Delivery } from './delivery.ts'
import type { HubObservers } from './observers.ts'
import type { Registry } from './registry.ts'
import type { HubSettings } from './settings.ts'
import type { Streams } from './streams.ts'

/** What a hub is made of, for what stands on all of it. */
export interface Parts {
  readonly settings: HubSettings
  readonly registry: Registry
  readonly delivery: Delivery
  readonly streams: Streams
  readonly counters: Counters
  readonly observers: HubObservers
}
