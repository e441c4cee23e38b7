import { createClock, type MockRequest } from 'headwater/testing'
import type { Wire } from '../../testing/mock/wire.ts'

/*
 * The host's side of the testing kit, without a host: for tests of what a mock does with one request.
 */

export const REQUEST: MockRequest = {
  method: 'GET',
  url: '/',
  path: '/',
  query: {},
  headers: {},
  lastEventId: '',
  body: '',
  at: 0,
}

/** What every stream begins with, in the log of a {@link recordingWire}. */
export const HEAD = ['head', 200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }]

export const { settle } = createClock()

/** What a host was told, in order. `write` and `wait` finish when the test says so. */
export function recordingWire() {
  const log: unknown[] = []
  const pending: (() => void)[] = []
  const decoder = new TextDecoder()
  const later = (): Promise<void> => new Promise((resolve) => pending.push(resolve))
  const wire: Wire = {
    head: (status, headers) => log.push(['head', status, headers]),
    write(chunk) {
      log.push(decoder.decode(chunk))
      return later()
    },
    end: () => log.push('end'),
    destroy: () => log.push('destroy'),
    wait(ms) {
      log.push(['wait', ms])
      return later()
    },
    settle: () => Promise.resolve(),
  }
  /** Lets the wire finish one thing. */
  async function next(): Promise<void> {
    pending.shift()?.()
    await settle()
  }
  /** Lets it finish all that comes. */
  async function all(): Promise<void> {
    await settle()
    while (pending.length) await next()
  }
  return { wire, log, next, all }
}

/** Whether a promise has settled by now, and how. */
export function watch(promise: Promise<unknown>): unknown[] {
  const log: unknown[] = []
  promise.then(
    () => log.push('resolved'),
    (error: unknown) => log.push(error),
  )
  return log
}
