import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { EventLog, LogEntry, LogListener, LogRecord } from '../../server/index.ts'
import type { Order } from '../shared/events.ts'
import { applyOrderEvent, type OrderTable, toTable } from '../shared/orders.ts'

/*
 * The hub's log, in a file, since this process may be killed at any moment: started again it has the same epoch and the same
 * events, and clients resume. An event is written down before anybody hears of it. The first line of the file is the table
 * at some event; the events after it make the table of today.
 */

/** A log that answers at once, and knows the orders that its events are about. */
export interface ShopLog extends EventLog {
  /** The table at the last event. */
  readonly orders: OrderTable
  append(record: LogRecord): LogEntry
  read(seq: number, limit: number): readonly LogEntry[]
  reset(): void
  /** Another process is about to write to the file: this one may not any more. */
  close(): void
}

/** The first line of the file. */
interface Base {
  readonly epoch: string
  readonly seq: number
  readonly orders: readonly Order[]
}

/** How many events can be replayed at least: some four minutes. */
const SIZE = 2000

export function openLog(path: string): ShopLog {
  const { base, written } = existsSync(path) ? read(path) : { base: mint([]), written: [] }
  const listeners = new Set<LogListener>()
  let { epoch } = base
  let entries = written
  let orders = written.filter(({ seq }) => seq > base.seq).reduce(fold, toTable(base.orders))
  let head = written.at(-1)?.seq ?? base.seq
  let closed = false
  compact()

  /** Writes a short file in its place. By renaming: a process that is killed in the middle of it leaves the old file whole. */
  function compact(): void {
    entries = entries.slice(-SIZE)
    const first: Base = { epoch, seq: head, orders: [...orders.values()] }
    writeFileSync(`${path}.new`, [first, ...entries].map(line).join(''))
    renameSync(`${path}.new`, path)
  }

  const firstKept = (): number => entries[0]?.seq ?? head + 1

  function assertOpen(): void {
    if (closed) throw new Error('another process has taken over the log')
  }

  return {
    get epoch() {
      return epoch
    },
    get head() {
      return head
    },
    get first() {
      return firstKept()
    },
    get orders() {
      return orders
    },
    append(record) {
      assertOpen()
      const entry = { ...record, seq: head + 1 }
      appendFileSync(path, line(entry))
      head++
      entries.push(entry)
      orders = fold(orders, entry)
      if (entries.length >= 2 * SIZE) compact()
      for (const listener of listeners) listener.entry(entry)
      return entry
    },
    read(seq, limit) {
      const from = Math.max(seq + 1 - firstKept(), 0)
      return entries.slice(from, from + limit)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    // The shop goes on: what is forgotten is how it came to be as it is.
    reset() {
      assertOpen()
      ;({ epoch, seq: head } = mint([]))
      entries = []
      compact()
      for (const listener of listeners) listener.reset()
    },
    close() {
      closed = true
    },
  }
}

const mint = (orders: readonly Order[]): Base => ({ epoch: randomBytes(6).toString('hex'), seq: 0, orders })

const line = (value: Base | LogEntry): string => `${JSON.stringify(value)}\n`

const fold = (table: OrderTable, { type, json }: LogRecord): OrderTable =>
  type.startsWith('order.') ? applyOrderEvent(table, JSON.parse(json)) : table

function read(path: string): { base: Base; written: LogEntry[] } {
  // What stands behind the last line end was cut off by the kill: nobody has heard of that event.
  const [first, ...rest] = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  if (!first) throw new Error(`${path} is no event log`)
  return { base: JSON.parse(first), written: rest.map((text): LogEntry => JSON.parse(text)) }
}
