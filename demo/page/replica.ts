import type { SSEEvent } from 'headwater'
import { type Events, type OrdersSnapshot, parseId } from '../shared/events.ts'
import { applyOrderEvent, type OrderTable, toTable } from '../shared/orders.ts'

/*
 * The page's own table of orders: loaded once, changed by events alone, and every number checked on the way. It keeps
 * its recent past, so that it can be compared with the server's table as of the very same event.
 */

/** What the numbers of the events say. */
export interface Tally {
  readonly events: number
  /** The number that the table was loaded at. */
  readonly start: number
  /** The number of the last event. */
  readonly seq: number
  /** Numbers that were left out. */
  readonly missing: number
  /** Numbers that came twice, or late. */
  readonly repeated: number
}

/** A table that events are added to, and the number of the last event that is in it. */
export interface ReplicaBase {
  readonly seq: number
  readonly orders: OrderTable
}

export interface Replica {
  /** Where the table began: as it was first loaded; after a reload, as it was when that was done. */
  readonly base: ReplicaBase
  readonly orders: OrderTable
  readonly tally: Tally
  take(event: SSEEvent<Events>): void
  /** The table as of this event: now, if it has been here lately; else when it comes. */
  at(cursor: string): Promise<OrderTable>
  /** Events were lost: start from a table that has them. */
  reload(load: () => Promise<OrdersSnapshot>): Promise<void>
}

/** Half a minute and more, at seven a second. */
const PAST = 300

export function createReplica(snapshot: OrdersSnapshot): Replica {
  let base: ReplicaBase
  let orders: OrderTable
  let tally: Tally
  let waiting: { readonly seq: number; readonly resolve: (table: OrderTable) => void }[] = []
  /** Events that came while a table is being loaded; they may be in it or not. */
  let held: SSEEvent<Events>[] | undefined
  const past = new Map<number, OrderTable>()
  start(snapshot)

  function start(from: OrdersSnapshot): void {
    const seq = parseId(from.cursor)?.seq ?? 0
    orders = toTable(from.orders)
    base = { seq, orders }
    tally = { events: 0, start: seq, seq, missing: 0, repeated: 0 }
    past.clear()
    remember()
  }

  function remember(): void {
    const { seq } = tally
    past.set(seq, orders)
    past.delete(seq - PAST)
    const due = waiting.filter((entry) => entry.seq <= seq)
    waiting = waiting.filter((entry) => entry.seq > seq)
    for (const { resolve } of due) resolve(orders)
  }

  function take(event: SSEEvent<Events>): void {
    if (held) {
      held.push(event)
      return
    }
    const seq = parseId(event.id)?.seq ?? NaN
    // The table was loaded while these were on their way: they are in it.
    if (seq <= tally.start) return
    const { events, missing, repeated } = tally
    const step = seq - tally.seq
    if (step > 0) tally = { ...tally, events: events + 1, seq, missing: missing + step - 1 }
    else tally = { ...tally, events: events + 1, repeated: repeated + 1 }
    // As an application would: whatever arrives is applied. If it is wrong, the comparison finds it.
    if (event.type === 'order.created' || event.type === 'order.updated') orders = applyOrderEvent(orders, event.data)
    remember()
  }

  return {
    get base() {
      return base
    },
    get orders() {
      return orders
    },
    get tally() {
      return tally
    },
    take,
    at(cursor) {
      const seq = parseId(cursor)?.seq ?? NaN
      const known = past.get(seq)
      return known ? Promise.resolve(known) : new Promise((resolve) => waiting.push({ seq, resolve }))
    },
    async reload(load) {
      held = []
      const loaded = await load()
      const later = held.filter(({ id }) => (parseId(id)?.seq ?? 0) > (parseId(loaded.cursor)?.seq ?? 0))
      held = undefined
      start(loaded)
      for (const event of later) take(event)
      // What was held is in it too: whoever goes on from here has heard of these already.
      base = { seq: tally.seq, orders }
    },
  }
}
