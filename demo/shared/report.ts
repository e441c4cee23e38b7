import type { ClientInfo, HubStats } from '../../server/index.ts'
import type { Notice } from './events.ts'

/*
 * The report for the operator's panel: figures about the hub, and the user of each stream.
 */

/** Only operators may join it. */
export const ADMIN_TOPIC = 'admin'

/** A stream, as the panel shows it. */
export interface ListedClient extends Omit<ClientInfo, 'principal'> {
  /** Whose it is. Undefined for an operator's. */
  readonly userId?: string
  /** It is the browser's own EventSource. */
  readonly isNative: boolean
}

/** The hub at one moment. */
export interface Report {
  /** The number of this API process: 1 for the first, 2 for the one that replaces it. */
  readonly process: number
  /** Other processes have streams too. This report does not include them. */
  readonly isOneOfSeveral: boolean
  /** How long it has been running, in milliseconds. */
  readonly up: number
  /** It has asked all clients to reconnect, which leads them to the next process. */
  readonly draining: boolean
  /** When, by the server's clock. */
  readonly at: number
  readonly stats: HubStats
  /** The streams that are open, oldest first; at most {@link LISTED}. */
  readonly clients: readonly ListedClient[]
  /** Each topic that has clients, and how many. */
  readonly topics: readonly (readonly [topic: string, joined: number])[]
}

/** A report lists at most so many clients: it is sent every second and has to stay small. */
export const LISTED = 50

export interface AdminEvents {
  'admin.report': Report
  notification: Notice
}
