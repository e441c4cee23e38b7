import { type JobProgress, type Order, type OrderCreated, type OrderUpdated, parseId } from '../../shared/events.ts'
import { applyOrderEvent, type OrderTable } from '../../shared/orders.ts'
import type { Stream } from '../client.ts'
import { money } from '../format.ts'
import type { Replica, ReplicaBase } from '../replica.ts'
import { createMark, type Mark } from '../store.ts'

/*
 * The common part of the three panels: how values follow from events, and their words. Each panel listens and draws by itself.
 */

export interface Shared {
  readonly sse: Stream
  readonly orders: Reduction<Folded, OrderCreated | OrderUpdated>
  /** How many notifications there have been. */
  readonly notices: Reduction<number, unknown>
  /** How many of these have been read, whichever panel said so. */
  readonly read: Mark<number>
}

/** The options of `createValueStore` and `useSSEValue`. */
interface Reduction<T, D> {
  readonly initial: T
  readonly reduce: (value: T, data: D, event: { readonly id: string }) => T
}

/** The orders, and the table that these events were added to. */
interface Folded {
  readonly base: ReplicaBase
  readonly table: OrderTable
}

export function createShared(sse: Stream, replica: Replica): Shared {
  return {
    sse,
    orders: {
      initial: { base: replica.base, table: replica.base.orders },
      reduce(last, data, { id }) {
        const { base } = replica
        // Where the page has loaded its table afresh, what was made of the former one is of no use any more.
        const table = last.base === base ? last.table : base.orders
        const isNews = (parseId(id)?.seq ?? 0) > base.seq
        return { base, table: isNews ? applyOrderEvent(table, data) : table }
      },
    },
    notices: { initial: 0, reduce: (count) => count + 1 },
    read: createMark(0),
  }
}

export type Connection = 'connected' | 'connecting' | 'not connected'

export function describeConnection(isConnected: boolean, isConnecting: boolean): Connection {
  if (isConnected) return 'connected'
  return isConnecting ? 'connecting' : 'not connected'
}

const isOpen = ({ status }: Order): boolean => status !== 'delivered'

/** `11, worth €412.40` */
export function describeOpen(orders: OrderTable): string {
  const open = [...orders.values()].filter(isOpen)
  return `${open.length}, worth ${money(open.reduce((sum, { total }) => sum + total, 0))}`
}

/** `Export invoices, 42 %` */
export function describeJob(job: JobProgress | null): string {
  if (!job) return 'none yet'
  return `${job.data.name}, ${job.status === 'failed' ? 'failed' : `${job.data.percent} %`}`
}
