import type { EventLog, LogEntry, Published } from '../../server/index.ts'
import type { JobProgress, Order, OrderCreated, OrderStatus } from '../shared/events.ts'
import { BOARD_SIZE } from '../shared/orders.ts'
import type { ShopHub } from './hub.ts'
import { CUSTOMERS, JOBS, NOTICES } from './names.ts'
import type { Orders } from './orders.ts'

/*
 * A day at a shop, in fast motion. It reads its state from the log, so that it continues where a killed
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
  const board = createBoard(orders, hub, newestNumber(history, [...orders.table.keys()]))
  const advanceJob = createJobs(hub, unfinishedJob(history))

  async function step(): Promise<void> {
    await board.changeOrder()
    if (board.hasDelivered() && roll(16) === 0) await board.createOrder()
    if (roll(5) === 0) await advanceJob()
    if (roll(20) === 0) {
      const [level, message] = pick(NOTICES)
      await hub.notification(message, level)
    }
  }

  while (orders.table.size < BOARD_SIZE) await board.createOrder()
  // The shop was open while this process was dead: a client could lose these events.
  const away = Date.now() - (history.at(-1)?.at ?? Date.now())
  for (let steps = Math.min(away / STEP, CATCH_UP_MAX); steps > 1; steps--) await step()

  return { takeOrder: board.takeOrder, stop: repeat(step) }
}

/** Takes steps, again and again. @returns Stops that. It resolves once the last step has been taken. */
function repeat(step: () => Promise<void>): () => Promise<void> {
  let stopped = false
  let stepping: Promise<void> | undefined
  let timer = setTimeout(again, STEP)

  // A log that cannot be written to ends the process: nobody handles the rejection.
  function again(): void {
    stepping = step().then(() => {
      if (!stopped) timer = setTimeout(again, STEP / 2 + roll(STEP))
    })
  }

  return async () => {
    stopped = true
    clearTimeout(timer)
    await stepping
  }
}

interface Board extends Pick<Simulation, 'takeOrder'> {
  createOrder(): Promise<Published>
  /** One that is not delivered yet, or a new one. */
  changeOrder(): Promise<Published>
  hasDelivered(): boolean
}

/** @param newest - The number of the last order. */
function createBoard(orders: Orders, hub: ShopHub, newest: number): Board {
  function createOrder(): Promise<Published> {
    const [customer, city] = pick(CUSTOMERS)
    const items = 1 + roll(6)
    const id = `A-${++newest}`
    const total = items * (700 + roll(2400))
    const order: Order = { id, customer, city, status: 'placed', items, total, eta: 20 + roll(40) }
    return hub.toTopic('orders', 'order.created', { type: 'order.created', id, order, ts: Date.now() })
  }

  const update = (id: string, patch: Partial<Order>): Promise<Published> =>
    hub.toTopic('orders', 'order.updated', { type: 'order.updated', id, patch, ts: Date.now() })

  const hasDelivered = (): boolean => [...orders.table.values()].some(({ status }) => status === 'delivered')

  return {
    createOrder,
    hasDelivered,
    changeOrder() {
      const open = [...orders.table.values()].filter(({ status }) => status !== 'delivered')
      if (open.length === 0) return createOrder()
      const order = pick(open)
      return update(order.id, change(order))
    },
    async takeOrder() {
      const [oldest] = orders.table.values()
      if (oldest && orders.table.size >= BOARD_SIZE && !hasDelivered()) await update(oldest.id, DELIVERED)
      return createOrder()
    },
  }
}

/** @param job - The one that is running. @returns Goes on with the job that is running, or begins one. */
function createJobs(hub: ShopHub, job: JobProgress | undefined): () => Promise<Published> {
  let jobs = 0

  function nextOf(timestamp: number): JobProgress {
    if (!job || job.status === 'completed' || job.status === 'failed') {
      const jobId = `${timestamp.toString(36)}${jobs++}`
      return { type: 'job.progress', jobId, status: 'queued', timestamp, data: { name: pick(JOBS), percent: 0 } }
    }
    const percent = Math.min(100, job.data.percent + 4 + roll(18))
    const failed = percent > 40 && roll(28) === 0
    const status = failed ? 'failed' : percent === 100 ? 'completed' : 'started'
    return { ...job, status, timestamp, data: { ...job.data, percent } }
  }

  return () => {
    job = nextOf(Date.now())
    // To a page that reads slowly the newest progress of a job says all.
    return hub.toTopic('jobs', 'job.progress', job, { key: job.jobId })
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
