import { expect, it, onTestFinished, vi } from 'vitest'
import type { Link } from '../../../server/redis/link.ts'
import type { Outage } from '../../../server/redis/store.ts'
import { Writer } from '../../../server/redis/writer.ts'
import { record } from '../../support/event-log.ts'

/*
 * How long a writer waits. What it writes is tested with a Redis, in test/node/redis-log.test.ts.
 */

const TIMEOUT = 5000
const CAUSE = Object.assign(new Error('CLUSTERDOWN Hash slot not served'), { name: 'ReplyError' })

/** A writer whose log has not worked for so many milliseconds. The monotonic clock stands still. */
function start(outage: number | undefined) {
  vi.useFakeTimers({ toFake: ['performance'], now: 0 })
  onTestFinished(() => void vi.useRealTimers())
  const patience: number[] = []
  const store = {
    outage: outage === undefined ? undefined : ({ since: performance.now() - outage, error: CAUSE } as Outage),
    append: async (_known: unknown, _batch: unknown, ms: number) => {
      patience.push(ms)
      return { epoch: 'e', first: 1 }
    },
    reset: async () => {},
  }
  const known = () => ({ epoch: 'e', term: 1, head: 1, uid: '' })
  // Only the parts that a writer uses.
  const link = { ready: async () => true } as unknown as Link
  const writer = new Writer({ node: 'n', link, store, timeout: TIMEOUT, known, verify: async () => {} })
  return { writer, patience }
}

it.each([
  ['works', undefined, 5000],
  ['has not worked for a second', 1000, 4000],
])('an event waits for its whole time, or for what is left of it, if the log %s', async (_, outage, expected) => {
  const { writer, patience } = start(outage)
  expect((await writer.append(record('1'))).seq).toBe(1)
  expect(patience).toEqual([expected])
})

it('an event is rejected at once, with the reason, if the log has not worked for as long as it could wait', async () => {
  const { writer, patience } = start(TIMEOUT)
  await expect(writer.append(record('1'))).rejects.toMatchObject({
    name: 'LogUnavailableError',
    written: false,
    message: 'Redis cannot be reached, and the event was not written: CLUSTERDOWN Hash slot not served',
    cause: CAUSE,
  })
  expect(patience).toEqual([])
})
