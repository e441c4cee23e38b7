import type { EventLog, LogEntry, Published } from '../../server/index.ts'
import type { JobProgress, Order, OrderCreated, OrderStatus } from '../shared/events.ts'
import { BOARD_SIZE } from '../shared/orders.ts'
import type { ShopHub } from './hub.ts'
import { CUSTOMERS, JOBS, NOTICES } from './names.ts'
import type { Orders } from './orders.ts'

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

const DELIVERED: Partial<Order> = { status: 'delivered', eta: 0 }

export interface Simulation {
  /** One more order, now. Where the board is full, its oldest order makes room: it is delivered. */
  takeOrder(): Promise<Published>
  /** The shop closes: nothing is published any more once the promise resolves. */
  stop(): Promise<void>
}

export async function simulate(log: EventLog, orders: Orders, hub: ShopHub): Promise<Simulation> {
  const history = await log.read(0, Infinity)
  let job = unfinishedJob(history)
  let jobs = 0
  let newest = newestNumber(history, [...orders.table.keys()])

  function createOrder(): Promise<Published> {
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
    return hub.toTopic('orders', 'order.created', { type: 'order.created', id, order, ts: Date.now() })
  }

  function changeOrder(): Promise<Published> {
    const open = [...orders.table.values()].filter(({ status }) => status !== 'delivered')
    if (open.length === 0) return createOrder()
    const order = pick(open)
    return update(order.id, change(order))
  }

  const update = (id: string, patch: Partial<Order>): Promise<Published> =>
    hub.toTopic('orders', 'order.updated', { type: 'order.updated', id, patch, ts: Date.now() })

  async function takeOrder(): Promise<Published> {
    const [oldest] = orders.table.values()
    if (oldest && orders.table.size >= BOARD_SIZE && !hasDelivered()) await update(oldest.id, DELIVERED)
    return createOrder()
  }

  const hasDelivered = (): boolean => [...orders.table.values()].some(({ status }) => status === 'delivered')

  function advanceJob(): Promise<Published> {
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
    // To a page that reads slowly the newest progress of a job says all.
    return hub.toTopic('jobs', 'job.progress', job, { key: job.jobId })
  }

  async function step(): Promise<void> {
    await changeOrder()
    if (hasDelivered() && roll(16) === 0) await createOrder()
    if (roll(5) === 0) await advanceJob()
    if (roll(20) === 0) {
      const [level, message] = pick(NOTICES)
      await hub.notification(message, level)
    }
  }

  while (orders.table.size < BOARD_SIZE) await createOrder()
  // The shop was open while this process was dead: what happened meanwhile is what a client could have lost.
  const away = Date.now() - (history.at(-1)?.at ?? Date.now())
  for (let steps = Math.min(away / STEP, CATCH_UP_MAX); steps > 1; steps--) await step()

  let stopped = false
  let stepping: Promise<void> | undefined
  let timer = setTimeout(again, STEP)

  // A log that cannot be written to ends the process: nobody handles the rejection.
  function again(): void {
    stepping = step().then(() => {
      if (!stopped) timer = setTimeout(again, STEP / 2 + roll(STEP))
    })
  }

  return {
    takeOrder,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await stepping
    },
  }
}

/** A small, plausible change that changes something. */
function change(order: Order): Partial<Order> {
  const kind = roll(10)
  if (kind === 0) {
    const status = NEXT[order.status]
    return status === 'delivered' ? DELIVERED : { status }
  }
  if (kind < 3) return { items: order.items + 1, total: order.total + 300 + roll(900) }
  if (kind < 5) return { total: order.total + 10 + roll(190) }
  return { eta: order.eta > 4 ? order.eta - 1 - roll(3) : order.eta + 3 + roll(12) }
}

/** The job that was running when the process was killed. */
function unfinishedJob(history: readonly LogEntry[]): JobProgress | undefined {
  const last = history.filter(({ type }) => type === 'job.progress').at(-1)
  return last && JSON.parse(last.json)
}

/** The number of the last order; it may have left the board already. */
function newestNumber(history: readonly LogEntry[], onBoard: readonly string[]): number {
  const created = history
    .filter(({ type }) => type === 'order.created')
    .map(({ json }) => (JSON.parse(json) as OrderCreated).id)
  return Math.max(1000, ...[...onBoard, ...created].map((id) => Number(id.slice(2))))
}

/** A whole number from 0 up to, but not including, `sides`. */
const roll = (sides: number): number => Math.floor(Math.random() * sides)

/** One of a list that is not empty. */
const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T
