import type { ShapeEvents } from '../../server/index.ts'

/*
 * The events of the stream, as the server writes them and the page reads them.
 */

/** The topics that a page joins. Notifications have none: they are for everyone, or for one user. */
export const TOPICS = ['orders', 'jobs'] as const

export type OrderStatus = 'placed' | 'packing' | 'on the way' | 'delivered'

export interface Order {
  readonly id: string
  readonly customer: string
  readonly city: string
  readonly status: OrderStatus
  readonly items: number
  /** In cents: sums of fractions are not exact. */
  readonly total: number
  /** Minutes until it is there. */
  readonly eta: number
}

export interface OrderCreated {
  readonly type: 'order.created'
  readonly id: string
  readonly order: Order
  readonly ts: number
}

export interface OrderUpdated {
  readonly type: 'order.updated'
  readonly id: string
  readonly patch: Partial<Order>
  readonly ts: number
}

/** `{ message, level, priority, timestamp }`, as `hub.notification()` sends it. */
export type Notice = ShapeEvents['notification']

export interface JobProgress {
  readonly type: 'job.progress'
  readonly jobId: string
  readonly status: 'queued' | 'started' | 'completed' | 'failed'
  readonly timestamp: number
  readonly data: { readonly name: string; readonly percent: number }
}

export interface Events {
  'order.created': OrderCreated
  'order.updated': OrderUpdated
  notification: Notice
  'job.progress': JobProgress
}

/** For a client that has to name each event that it wants, as the browser's EventSource has. */
export const EVENT_TYPES = [
  'order.created',
  'order.updated',
  'notification',
  'job.progress',
] as const satisfies readonly (keyof Events)[]

/** When an event happened at the server, in epoch milliseconds. */
export const happenedAt = (data: Events[keyof Events]): number => ('ts' in data ? data.ts : data.timestamp)

/** The answer of `GET /api/orders`: the whole table, and the id of the last event that is in it. */
export interface OrdersSnapshot {
  readonly cursor: string
  readonly orders: readonly Order[]
}

/** The answer of `GET /api/connections?tabs=…`: the streams that are open for these tabs. */
export interface StreamCount {
  readonly streams: number
  /** Which process has one of them. Undefined if there is only one process, or no stream. */
  readonly process?: number
  /** How many processes there are, where there are several. */
  readonly processes?: number
}

/** The answer of `GET /api/missed?after=…&before=…`: of the numbers in between, how many were for this user. */
export interface MissedCount {
  readonly missed: number
}

/** The answer of `GET /api/published?after=…`: what the server has published for this user after an event. */
export interface Published {
  /** The id of the newest event. Ask for what follows it. */
  readonly cursor: string
  /** The log is another one, or begins later: counting has to start again at `cursor`, and there are no entries. */
  readonly isNew: boolean
  readonly entries: readonly PublishedEntry[]
}

export interface PublishedEntry {
  readonly seq: number
  /** To a slow client the server sends only the newest event of a key. */
  readonly key?: string
}

/** The name of a stream's client in its address. headwater's own streams have none. */
export const NATIVE_CLIENT = 'eventsource'

export const FAULTS = ['drop', 'stall', 'unavailable', 'unauthorized', 'restart'] as const
export type Fault = (typeof FAULTS)[number]

/** Ids are `<epoch>-<seq>`: which log, and which number in it. Undefined for anything else. */
export function parseId(id: string): { readonly epoch: string; readonly seq: number } | undefined {
  const [, epoch, seq] = /^([a-z0-9]{8,})-(\d+)$/.exec(id) ?? []
  return epoch && seq ? { epoch, seq: Number(seq) } : undefined
}
