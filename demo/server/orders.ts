import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventLog, LogEntry, LogRecord } from '../../server/index.ts'
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

/**
 * @param folder - Where the snapshot is kept.
 * @param isOwner - Whether this process writes it. Of several that share a log, one does.
 */
export async function openOrders(folder: string, log: EventLog, isOwner: boolean): Promise<Orders> {
  const path = join(folder, 'orders.json')
  const found: Snapshot = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { epoch: '', seq: 0, orders: [] }
  // The log was reset, and the process killed before it wrote the table: the table is from before the first event.
  const after = found.epoch === log.epoch || found.seq <= log.head ? found.seq : 0
  let table = toTable(found.orders)
  let saved = after
  /** Events that come while the log is read: another process may publish. */
  let held: LogEntry[] | undefined = []

  function save(): void {
    if (!isOwner) return
    const snapshot: Snapshot = { epoch: log.epoch, seq: log.head, orders: [...table.values()] }
    // By renaming: a process that is killed in the middle of it leaves the old file whole.
    writeFileSync(`${path}.new`, JSON.stringify(snapshot))
    renameSync(`${path}.new`, path)
    saved = log.head
  }

  function take(entry: LogEntry): void {
    table = fold(table, entry)
    if (entry.seq - saved >= EVERY) save()
  }

  log.subscribe({
    entry: (entry) => void (held ? held.push(entry) : take(entry)),
    // The shop goes on: what is forgotten is how it came to be as it is.
    reset: save,
  })
  const read = await log.read(after, Infinity)
  const last = read.at(-1)?.seq ?? after
  table = [...read, ...held.filter(({ seq }) => seq > last)].reduce(fold, table)
  held = undefined
  if (!existsSync(path)) save()

  return {
    get table() {
      return table
    },
  }
}

const fold = (table: OrderTable, { type, json }: LogRecord): OrderTable =>
  type.startsWith('order.') ? applyOrderEvent(table, JSON.parse(json)) : table
