import type { ClientInfo, HubStats } from '../../server/index.ts'
import type { Notice } from './events.ts'

/*
 * What the operator's panel hears: figures about the hub, and nothing about who anybody is.
 */

/** Only operators may join it. */
export const ADMIN_TOPIC = 'admin'

/** What the panel sees of a stream: not whose it is. */
export type ListedClient = Omit<ClientInfo, 'principal'>

/** The hub at one moment. */
export interface Report {
  /** Which of the API processes this is: 1, and one more with each that took over. */
  readonly process: number
  /** Others have streams too, of which this report knows nothing. */
  readonly isOneOfSeveral: boolean
  /** How long it has been running, in milliseconds. */
  readonly up: number
  /** It has asked everybody to come back, to the next process. */
  readonly draining: boolean
  /** When, by the server's clock. */
  readonly at: number
  readonly stats: HubStats
  /** The streams that are open, oldest first; at most {@link LISTED}. */
  readonly clients: readonly ListedClient[]
  /** Topics that somebody has joined, and how many have. */
  readonly topics: readonly (readonly [topic: string, joined: number])[]
}

/** So many clients are told of one by one: a report goes out every second, and has to stay small. */
export const LISTED = 50

export interface AdminEvents {
  'admin.report': Report
  notification: Notice
}
