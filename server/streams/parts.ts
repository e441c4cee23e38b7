import type { Delivery } from '../publish/delivery.ts'
import type { Census } from './census.ts'
import type { Confirmations } from './confirmations.ts'
import type { HubContext } from './context.ts'
import type { Streams } from './streams.ts'

/** The parts of a hub that what stands on all of it needs. */
export interface HubParts extends HubContext {
  readonly streams: Streams
  readonly confirmations: Confirmations
  readonly delivery: Delivery
  readonly census: Census
}
