import { happenedAt, type JobProgress, type Order, type OrderStatus } from '../shared/events.ts'
import { BOARD_SIZE } from '../shared/orders.ts'
import type { Hub } from './hub.ts'
import type { EventLog } from './log.ts'
import { CUSTOMERS, JOBS, NOTICES } from './names.ts'

/*
 * A day at a shop, in fast motion. What it needs to know it reads from the log, so that it goes on where a killed
 * process stopped.
 */

/** Between two steps, in milliseconds, on average. */
const STEP = 150
/** After a long time away the day goes on from where it is; nobody wants to see all of it replayed. */
const CATCH_UP_MAX = 100

const NEXT: Readonly<Record<OrderStatus, OrderStatus>> = {
  placed: 'packing',
  packing: 'on the way',
  'on the way': 'delivered',
  delivered: 'delivered',
}

export function simulate(log: EventLog, hub: Hub): void {
  let job = unfinishedJob(log)
  let jobs = 0
  let newest = newestNumber(log)

  function createOrder(): void {
    const [customer, city] = pick(CUSTOMERS)
    const items = 1 + roll(6)
    const id = `A-${++newest}`
    const order: Order = {
      id,
      customer,
      city,
      status: 'placed',
      items,
      total: items * (700 + roll(2400)),
      eta: 20 + roll(40),
    }
    hub.publish('order.created', { type: 'order.created', id, order, ts: Date.now() })
  }

  function changeOrder(): void {
    const open = [...log.orders.values()].filter(({ status }) => status !== 'delivered')
    if (open.length === 0) return createOrder()
    const order = pick(open)
    hub.publish('order.updated', { type: 'order.updated', id: order.id, patch: change(order), ts: Date.now() })
  }

  function advanceJob(): void {
    const timestamp = Date.now()
    if (!job || job.status === 'completed' || job.status === 'failed') {
      const name = pick(JOBS)
      job = {
        type: 'job.progress',
        jobId: `${timestamp.toString(36)}${jobs++}`,
        status: 'queued',
        timestamp,
        data: { name, percent: 0 },
      }
    } else {
      const percent = Math.min(100, job.data.percent + 4 + roll(18))
      const failed = percent > 40 && roll(28) === 0
      const status = failed ? 'failed' : percent === 100 ? 'completed' : 'started'
      job = { ...job, status, timestamp, data: { ...job.data, percent } }
    }
    hub.publish('job.progress', job)
  }

  function step(): void {
    changeOrder()
    const delivered = [...log.orders.values()].some(({ status }) => status === 'delivered')
    if (delivered && roll(16) === 0) createOrder()
    if (roll(5) === 0) advanceJob()
    if (roll(20) === 0) {
      const [level, message] = pick(NOTICES)
      hub.publish('notification', { message, level, ts: Date.now() })
    }
  }

  while (log.orders.size < BOARD_SIZE) createOrder()
  // The shop was open while this process was dead: what happened meanwhile is what a client could have lost.
  const last = log.entries.at(-1)?.data
  const away = last ? Date.now() - happenedAt(last) : 0
  for (let steps = Math.min(away / STEP, CATCH_UP_MAX); steps > 1; steps--) step()

  setTimeout(function again() {
    step()
    setTimeout(again, STEP / 2 + roll(STEP))
  }, STEP)
}

/** A small, plausible change that changes something. */
function change(order: Order): Partial<Order> {
  const kind = roll(10)
  if (kind === 0) {
    const status = NEXT[order.status]
    return status === 'delivered' ? { status, eta: 0 } : { status }
  }
  if (kind < 3) return { items: order.items + 1, total: order.total + 300 + roll(900) }
  if (kind < 5) return { total: order.total + 10 + roll(190) }
  return { eta: order.eta > 4 ? order.eta - 1 - roll(3) : order.eta + 3 + roll(12) }
}

/** The job that was running when the process was killed. */
const unfinishedJob = (log: EventLog): JobProgress | undefined =>
  log.entries.filter((entry) => entry.type === 'job.progress').at(-1)?.data

/** The number of the last order; it may have left the board already. */
function newestNumber({ orders, entries }: EventLog): number {
  const created = entries.filter((entry) => entry.type === 'order.created').map(({ data }) => data.id)
  return Math.max(1000, ...[...orders.keys(), ...created].map((id) => Number(id.slice(2))))
}

/** A whole number from 0 up to, but not including, `sides`. */
const roll = (sides: number): number => Math.floor(Math.random() * sides)

/** One of a list that is not empty. */
const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T
