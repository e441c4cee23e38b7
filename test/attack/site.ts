import type { Clock } from '../../src/index.ts'
import type { Script } from './case.ts'
import type { Seen } from './server.ts'

/*
 * What an attack needs of its platform, in Node and in a page alike.
 */

export interface Site {
  /** Of the hostile server. */
  readonly origin: string
  /** How long to wait for what never comes, in ms. */
  readonly limit: number
  /** Errors that nobody caught and rejections that nobody handled, since the last call. */
  errors(): unknown[]
  /** How often the platform itself has failed so far. A case in which it does says nothing of the client. */
  breaks(): number
  /** What is held in memory after a garbage collection, in MB; NaN where that cannot be measured. */
  measure(): Promise<number>
  /** The longest task since the last call, in ms; 0: none was long enough to be noticed. */
  longest(): number
}

/** An answer of the control address of the hostile server. */
async function ask<T>(site: Site, path: string, body?: unknown): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(`${site.origin}/${path}`, init)
  return (await response.json()) as T
}

/** @returns The number of the case, which is part of its address. */
export const openCase = (site: Site, { answers, posts, hub }: Script): Promise<number> =>
  ask(site, 'open', { answers, posts, hub })
/** The client was closed. @returns What the server saw, once all sockets are closed. */
export const overCase = (site: Site, id: number): Promise<Seen> => ask(site, `over/${id}`, {})
/** The cases whose client came back after it was closed, since the last call. */
export const lateCases = (site: Site): Promise<number[]> => ask(site, 'late')

/** A client's clock is so many times as fast as the machine's, so that waits do not fill the minute. */
export const SPEED = 10

export function createFastClock(): Clock {
  const [start, startedAt] = [Date.now(), performance.now()]
  const elapsed = (): number => (performance.now() - startedAt) * SPEED
  return {
    now: () => start + elapsed(),
    monotonic: elapsed,
    setTimeout: (callback, ms) => setTimeout(callback, ms / SPEED),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    random: () => 0.5,
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A promise, or `undefined` where it is not settled in time. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
