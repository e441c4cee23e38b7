import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type Events, type Order, parseId } from '../shared/events.ts'
import { applyOrderEvent, type OrderTable, toTable } from '../shared/orders.ts'

/*
 * The event log: the last events in memory for replay, all of it in a file, since this process may be killed at any
 * moment. An event is written down before anybody hears of it. The first line of the file is the table as of some
 * event; the events after it make the table of today.
 */

/** One numbered event. */
export type Entry = {
  [N in keyof Events]: { readonly seq: number; readonly type: N; readonly data: Events[N] }
}[keyof Events]

/** The first line of the file. */
interface Base {
  readonly epoch: string
  readonly seq: number
  readonly orders: readonly Order[]
}

/** Whether a client can go on from its cursor, and with what. */
type Resumption =
  | { readonly recovered: true; readonly missed: readonly Entry[] }
  | { readonly recovered: false; readonly reason: 'epoch' | 'expired' | 'unknown-cursor' }

export interface EventLog {
  /** The id of the last event. */
  readonly cursor: string
  readonly epoch: string
  readonly orders: OrderTable
  readonly entries: readonly Entry[]
  id(entry: Entry): string
  append<N extends keyof Events>(type: N, data: Events[N]): Entry
  resume(cursor: string): Resumption
}

/** How many events can be replayed: some four minutes. */
const SIZE = 2000

export function openLog(path: string): EventLog {
  const { base, written } = existsSync(path) ? read(path) : { base: mint(), written: [] }
  const { epoch } = base
  let entries = written
  let orders = written.filter(({ seq }) => seq > base.seq).reduce(fold, toTable(base.orders))
  let head = written.at(-1)?.seq ?? base.seq
  compact()

  /** Writes the file anew, short. By renaming: whoever is killed in the middle of it leaves the old file whole. */
  function compact(): void {
    entries = entries.slice(-SIZE)
    const first: Base = { epoch, seq: head, orders: [...orders.values()] }
    writeFileSync(`${path}.new`, [first, ...entries].map(line).join(''))
    renameSync(`${path}.new`, path)
  }

  return {
    epoch,
    get cursor() {
      return `${epoch}-${head}`
    },
    get orders() {
      return orders
    },
    get entries() {
      return entries
    },
    id: ({ seq }) => `${epoch}-${seq}`,
    append(type, data) {
      // TypeScript does not see that the name and its payload stay a pair.
      const entry = { seq: ++head, type, data } as Entry
      appendFileSync(path, line(entry))
      entries.push(entry)
      orders = fold(orders, entry)
      if (entries.length >= 2 * SIZE) compact()
      return entry
    },
    resume(cursor) {
      const asked = parseId(cursor)
      if (!asked) return { recovered: false, reason: 'unknown-cursor' }
      if (asked.epoch !== epoch) return { recovered: false, reason: 'epoch' }
      if (asked.seq > head) return { recovered: false, reason: 'unknown-cursor' }
      const kept = entries.slice(-SIZE)
      if (asked.seq + 1 < (kept[0]?.seq ?? head + 1)) return { recovered: false, reason: 'expired' }
      return { recovered: true, missed: kept.filter(({ seq }) => seq > asked.seq) }
    },
  }
}

const mint = (): Base => ({ epoch: randomBytes(6).toString('hex'), seq: 0, orders: [] })

const line = (value: Base | Entry): string => `${JSON.stringify(value)}\n`

const fold = (table: OrderTable, { data }: Entry): OrderTable =>
  'order' in data || 'patch' in data ? applyOrderEvent(table, data) : table

function read(path: string): { base: Base; written: Entry[] } {
  // What stands behind the last line end was cut off by the kill: nobody has heard of that event.
  const [first, ...rest] = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  if (!first) throw new Error(`${path} is no event log`)
  return { base: JSON.parse(first), written: rest.map((text): Entry => JSON.parse(text)) }
}
