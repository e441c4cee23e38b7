import { type Clock, setTimer } from '../../src/base/clock.ts'
import { WorkError } from './error.ts'

/*
 * Takes events one at a time, in order. An event whose id has come before is not taken again. What is remembered and what waits is
 * bounded.
 */

/** What became of an event. */
export interface Pushed {
  /**
   * `done`: its effects are carried out or given up. `repeated`: the effects of an earlier event with this id are. `queued`: a
   * handler pushed it, so it waits until that handler is done.
   */
  readonly status: 'done' | 'repeated' | 'queued'
  /** How many of its effects were given up. 0 for `queued`. */
  readonly failed: number
}

export interface QueueOptions<C> {
  /** @returns How many effects were given up. What it throws rejects the event, and its id counts as never seen. */
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
  const pending = new Map<string | number, Promise<Pushed>>()
  /** Of ids that are done: how many effects were given up. The oldest is first. */
  const done = new Map<string | number, number>()
  const stop = new AbortController()
  let working: Promise<void> | undefined
  let closed: Promise<void> | undefined

  function finish(id: string | number, failed: number): void {
    done.set(id, failed)
    const [oldest] = done.keys()
    if (oldest !== undefined && done.size > remember) done.delete(oldest)
  }

  async function takeNext({ id, event, resolve, reject }: Entry<C>): Promise<void> {
    try {
      stop.signal.throwIfAborted()
      const failed = await take(event)
      if (id !== undefined) finish(id, failed)
      resolve({ status: 'done', failed })
    } catch (error) {
      reject(error)
    }
    if (id !== undefined) pending.delete(id)
  }

  async function work(): Promise<void> {
    // Nothing of the application is called while it calls.
    await undefined
    for (let next = waiting.shift(); next; next = waiting.shift()) await takeNext(next)
    working = undefined
  }

  function put(event: C, id: string | number | undefined): Promise<Pushed> {
    if (waiting.length >= maxWaiting)
      throw new WorkError(
        'full',
        `${waiting.length} events wait already, and maxWaiting is ${maxWaiting}; push again later`,
      )
    const promise = new Promise<Pushed>((resolve, reject) => waiting.push({ id, event, resolve, reject }))
    working ??= work()
    return promise
  }

  async function idle(): Promise<void> {
    while (working) await working
  }

  async function close(drain: number): Promise<void> {
    const timer = setTimer(clock, drain, () =>
      stop.abort(new WorkError('closed', 'the queue was closed before this was done')),
    )
    await idle()
    clock.clearTimeout(timer)
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
      if (id === undefined) return put(event, id)
      const failed = done.get(id)
      if (failed !== undefined) return Promise.resolve({ status: 'repeated', failed })
      const earlier = pending.get(id)
      if (earlier) return earlier.then(({ failed }) => ({ status: 'repeated', failed }))
      const promise = put(event, id)
      pending.set(id, promise)
      return promise
    },
    idle,
    close(drain) {
      closed ??= close(drain)
      return closed
    },
  }
}
