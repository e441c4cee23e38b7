import { type Clock, setTimer } from '../../src/base/clock.ts'
import { WorkError } from './error.ts'
import { createKnownIds, type Pushed } from './known-ids.ts'

export type { Pushed }

/*
 * Takes events one at a time, in order. An event whose id has come before is not taken again. Memory and queue are bounded.
 */

export interface QueueOptions<C> {
  /** @returns How many effects were given up. An error that it throws rejects the event, and its id counts as never seen. */
  readonly take: (event: C) => Promise<number>
  readonly id: (event: C) => string | number | undefined
  readonly remember: number
  readonly maxWaiting: number
  readonly clock: Clock
}

export interface Queue<C> {
  readonly waiting: number
  /** Aborts when the queue gives up what is left. */
  readonly stop: AbortSignal
  readonly isClosed: boolean
  /** @throws WorkError `full`, at once. */
  add(event: C): Promise<Pushed>
  /** Resolves when nothing waits and nothing is being taken. */
  idle(): Promise<void>
  /** Gives up what is left after `drain` milliseconds. Resolves when nothing is left. */
  close(drain: number): Promise<void>
}

interface Entry<C> {
  readonly id: string | number | undefined
  readonly event: C
  resolve(pushed: Pushed): void
  reject(error: unknown): void
}

export function createQueue<C>({ take, id: idOf, remember, maxWaiting, clock }: QueueOptions<C>): Queue<C> {
  const waiting: Entry<C>[] = []
  const ids = createKnownIds(remember)
  const stop = new AbortController()
  let working: Promise<void> | undefined
  let closed: Promise<void> | undefined

  async function takeNext({ id, event, resolve, reject }: Entry<C>): Promise<void> {
    let failed: number | undefined
    try {
      stop.signal.throwIfAborted()
      failed = await take(event)
      resolve({ status: 'done', failed })
    } catch (error) {
      reject(error)
    }
    if (id !== undefined) ids.end(id, failed)
  }

  async function work(): Promise<void> {
    // Nothing of the application is called while it calls.
    await undefined
    for (let next = waiting.shift(); next; next = waiting.shift()) await takeNext(next)
    working = undefined
  }

  function put(event: C, id: string | number | undefined): Promise<Pushed> {
    if (waiting.length >= maxWaiting) throw full(waiting.length, maxWaiting)
    const pushed = new Promise<Pushed>((resolve, reject) => waiting.push({ id, event, resolve, reject }))
    working ??= work()
    if (id !== undefined) ids.add(id, pushed)
    return pushed
  }

  async function idle(): Promise<void> {
    while (working) await working
  }

  return {
    get waiting() {
      return waiting.length
    },
    stop: stop.signal,
    get isClosed() {
      return closed !== undefined
    },
    add(event) {
      const id = idOf(event)
      return (id !== undefined && ids.earlier(id)) || put(event, id)
    },
    idle,
    close(drain) {
      closed ??= finish(idle, stop, drain, clock)
      return closed
    },
  }
}

/** Waits until the queue is idle. After so many milliseconds it gives up what is left. */
async function finish(idle: () => Promise<void>, stop: AbortController, ms: number, clock: Clock): Promise<void> {
  const timer = setTimer(clock, ms, () =>
    stop.abort(new WorkError('closed', 'the queue was closed before this was done')),
  )
  await idle()
  clock.clearTimeout(timer)
}

const full = (waiting: number, maxWaiting: number): WorkError =>
  new WorkError('full', `${waiting} events wait already, and maxWaiting is ${maxWaiting}; push again later`)
