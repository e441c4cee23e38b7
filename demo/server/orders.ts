import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventLog, LogRecord } from '../../server/index.ts'
import type { Order } from '../shared/events.ts'
import { applyOrderEvent, type OrderTable, toTable } from '../shared/orders.ts'

/*
 * The orders of the shop: what the events of the log make of them. The log forgets old events, so the table is written to a
 * file now and then. Started again, the process reads that table, and the events that came after it.
 */

/** The orders, and the event up to which they are. */
interface Snapshot {
  readonly epoch: string
  readonly seq: number
  readonly orders: readonly Order[]
}

export interface Orders {
  /** The table at the last event. */
  readonly table: OrderTable
}

/** Between two snapshots, in events: fewer than the log keeps. */
const EVERY = 500

/** @param folder - Where the snapshot is kept. */
export async function openOrders(folder: string, log: EventLog): Promise<Orders> {
  const path = join(folder, 'orders.json')
  const found: Snapshot = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { epoch: '', seq: 0, orders: [] }
  // The log was reset, and the process killed before it wrote the table: the table is from before the first event.
  const after = found.epoch === log.epoch || found.seq <= log.head ? found.seq : 0
  let table = (await log.read(after, Infinity)).reduce(fold, toTable(found.orders))
  let saved = after

  function save(): void {
    const snapshot: Snapshot = { epoch: log.epoch, seq: log.head, orders: [...table.values()] }
    // By renaming: a process that is killed in the middle of it leaves the old file whole.
    writeFileSync(`${path}.new`, JSON.stringify(snapshot))
    renameSync(`${path}.new`, path)
    saved = log.head
  }

  log.subscribe({
    entry(entry) {
      table = fold(table, entry)
      if (entry.seq - saved >= EVERY) save()
    },
    // The shop goes on: what is forgotten is how it came to be as it is.
    reset: save,
  })

  return {
    get table() {
      return table
    },
  }
}

const fold = (table: OrderTable, { type, json }: LogRecord): OrderTable =>
  type.startsWith('order.') ? applyOrderEvent(table, JSON.parse(json)) : table
