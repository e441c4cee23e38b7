import type { SSEEvent } from 'headwater'
import { type Events, type OrdersSnapshot, parseId } from '../shared/events.ts'
import { applyOrderEvent, type OrderTable, toTable } from '../shared/orders.ts'
import { type Counter, type CountMissed, createCounter, type Tally } from './tally.ts'

/*
 * The page's own table of orders: loaded once, changed by events alone, and every number checked on the way. It keeps
 * its recent past, so that it can be compared with the server's table at the very same event.
 */

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
  /** The table at this event: now, if it has been here lately; else when it, or a later one, comes. */
  at(cursor: string): Promise<OrderTable>
  /** Resolves when the tally leaves nothing open. */
  settled(): Promise<unknown>
  /** Events were lost: start from a table that has them. */
  reload(load: () => Promise<OrdersSnapshot>): Promise<void>
}

/** Half a minute and more, at seven a second. */
const PAST = 300

export function createReplica(snapshot: OrdersSnapshot, countMissed: CountMissed): Replica {
  let base: ReplicaBase
  let orders: OrderTable
  let counter: Counter
  /** Events that came while a table is being loaded; they may be in it or not. */
  let held: SSEEvent<Events>[] | undefined
  const past = createPast()
  start(snapshot)
  function start(from: OrdersSnapshot): void {
    const seq = parseId(from.cursor)?.seq ?? 0
    orders = toTable(from.orders)
    base = { seq, orders }
    counter = createCounter(seq, countMissed)
    past.clear()
    past.remember(seq, orders)
  }

  // #region take
  function take(event: SSEEvent<Events>): void {
    if (held) return void held.push(event)
    const seq = parseId(event.id)?.seq ?? NaN
    const { start, seq: last } = counter.tally
    // These are in the table already: it was loaded while they were on their way.
    if (seq <= start) return
    // Events that did not come here changed nothing, as far as this page knows.
    for (let left = last + 1; left < seq; left++) past.remember(left, orders)
    counter.count(seq)
    // As an application does: apply each event. If one was lost, the comparison finds it.
    if (event.type === 'order.created' || event.type === 'order.updated') orders = applyOrderEvent(orders, event.data)
    past.remember(counter.tally.seq, orders)
  }
  // #endregion

  async function reload(load: () => Promise<OrdersSnapshot>): Promise<void> {
    held = []
    const loaded = await load()
    const later = held.filter(({ id }) => (parseId(id)?.seq ?? 0) > (parseId(loaded.cursor)?.seq ?? 0))
    held = undefined
    start(loaded)
    for (const event of later) take(event)
    // The held events are in it too. A caller that continues from here has them already.
    base = { seq: counter.tally.seq, orders }
  }

  return {
    get base() {
      return base
    },
    get orders() {
      return orders
    },
    get tally() {
      return counter.tally
    },
    take,
    at: (cursor) => past.at(parseId(cursor)?.seq ?? NaN),
    settled: () => counter.settled(),
    reload,
  }
}

/** The tables that there have been lately, by the number of the event that each was at. */
interface Past {
  remember(seq: number, table: OrderTable): void
  /** The table at this event, or when it, or a later one, comes. */
  at(seq: number): Promise<OrderTable>
  /** Forgets them. A caller that waits for a table still waits. */
  clear(): void
}

function createPast(): Past {
  const past = new Map<number, OrderTable>()
  let waiting: { readonly seq: number; readonly resolve: (table: OrderTable) => void }[] = []
  return {
    remember(seq, table) {
      past.set(seq, table)
      past.delete(seq - PAST)
      const due = waiting.filter((entry) => entry.seq <= seq)
      waiting = waiting.filter((entry) => entry.seq > seq)
      for (const { resolve } of due) resolve(table)
    },
    at(seq) {
      const known = past.get(seq)
      return known ? Promise.resolve(known) : new Promise((resolve) => waiting.push({ seq, resolve }))
    },
    clear: () => past.clear(),
  }
}
