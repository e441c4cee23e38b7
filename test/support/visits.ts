import type { SSEOptions } from 'headwater'
import { keepCursor } from 'headwater/resume'
import type { Step } from 'headwater/testing'
import { onTestFinished } from 'vitest'
import { type Bench, bench } from './client.ts'

/*
 * Visits of one page, one after another: only storages outlive them.
 */

export const AREAS = { session: sessionStorage, local: localStorage }
export const keys = (area: Storage = sessionStorage): string[] => Object.keys(area).sort()
/** The ids that are kept, without the time. */
export const kept = (area: Storage = sessionStorage): string[] =>
  keys(area).map((key) => `${area.getItem(key)}`.replace(/^\d+ /, ''))
/** The last event ids of the requests. */
export const ids = ({ stream }: Bench): string[] => stream.requests.map(({ lastEventId }) => lastEventId)

/** Puts something else in the place of a storage, until the test is over. */
export function replace(name: 'session' | 'local', get: () => unknown): void {
  const before = Object.getOwnPropertyDescriptor(globalThis, `${name}Storage`)
  Object.defineProperty(globalThis, `${name}Storage`, { configurable: true, get })
  onTestFinished(() => void Object.defineProperty(globalThis, `${name}Storage`, before ?? {}))
}

/** Has each write to a storage seen first: it may throw. */
export function watchWrites(name: 'session' | 'local', write: (value: string) => void): void {
  const area = AREAS[name]
  const setItem = (key: string, value: string): void => {
    write(value)
    area.setItem(key, value)
  }
  const get = (_: Storage, property: string): unknown => {
    const value = Reflect.get(area, property) as unknown
    return property === 'setItem' ? setItem : typeof value === 'function' ? value.bind(area) : value
  }
  replace(name, () => new Proxy(area, { get }))
}

/** A client that is connected, in a page of its own: only storages outlive it. */
export async function visit(
  options: SSEOptions = {},
  script?: Step[][],
  url?: Parameters<typeof bench>[2],
): Promise<Bench> {
  const all = bench({ resume: keepCursor(), ...options }, script && { script }, url)
  all.sse.subscribe('tick', () => {})
  await all.clock.settle()
  return all
}

/** A visit in which an event came, and that is over. */
export async function visited(id: string, options: SSEOptions = {}, url?: Parameters<typeof bench>[2]): Promise<void> {
  const { sse, stream, clock } = await visit(options, undefined, url)
  stream.send('tick', 1, { id })
  await clock.settle()
  sse.close()
}
