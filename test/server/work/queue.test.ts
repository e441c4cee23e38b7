import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createQueue } from '../../../server/work/queue.ts'

interface Item {
  readonly id?: string
  readonly n: number
}

function setup({ remember = 100, maxWaiting = 100 } = {}) {
  const clock = createClock()
  const log: string[] = []
  const gates: ((failed: number | Error) => void)[] = []
  const queue = createQueue<Item>({
    take({ n }) {
      log.push(`begin ${n}`)
      return new Promise((resolve, reject) => {
        gates.push((failed) => {
          log.push(`end ${n}`)
          if (failed instanceof Error) reject(failed)
          else resolve(failed)
        })
      })
    },
    id: ({ id }) => id,
    remember,
    maxWaiting,
    clock,
  })
  /** Ends what is being taken, and lets the next begin. */
  const next = async (failed: number | Error = 0): Promise<void> => {
    await clock.settle()
    gates.shift()?.(failed)
    await clock.settle()
  }
  return { clock, queue, log, next }
}

it('takes one event at a time, in order', async () => {
  const { queue, log, next } = setup()
  const done = [1, 2, 3].map((n) => queue.add({ n }))
  expect([log, queue.waiting]).toEqual([[], 3])
  await next()
  await next(2)
  expect([log, queue.waiting]).toEqual([['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3'], 0])
  await next()
  expect(await Promise.all(done)).toEqual([0, 2, 0].map((failed) => ({ status: 'done', failed })))
})

it('goes on after an event that fails', async () => {
  const { queue, next } = setup()
  const first = queue.add({ n: 1 }).catch((error) => error)
  const second = queue.add({ n: 2 })
  const no = new Error('no')
  await next(no)
  await next()
  expect(await first).toBe(no)
  expect(await second).toEqual({ status: 'done', failed: 0 })
})

describe('an id that comes twice', () => {
  it('is taken once, whether the first waits, is being taken or is done', async () => {
    const { queue, log, next } = setup()
    const first = queue.add({ id: 'a', n: 1 })
    const waiting = queue.add({ id: 'a', n: 2 })
    await next(3)
    expect(await first).toEqual({ status: 'done', failed: 3 })
    expect(await waiting).toEqual({ status: 'repeated', failed: 3 })
    expect(await queue.add({ id: 'a', n: 3 })).toEqual({ status: 'repeated', failed: 3 })
    expect(log).toEqual(['begin 1', 'end 1'])
  })

  it('is taken again if the first failed', async () => {
    const { queue, log, next } = setup()
    const no = new Error('no')
    const both = [queue.add({ id: 'a', n: 1 }), queue.add({ id: 'a', n: 2 })].map((each) => each.catch((e) => e))
    await next(no)
    expect(await Promise.all(both)).toEqual([no, no])
    const again = queue.add({ id: 'a', n: 3 })
    await next()
    expect(await again).toEqual({ status: 'done', failed: 0 })
    expect(log).toEqual(['begin 1', 'end 1', 'begin 3', 'end 3'])
  })

  it.each([
    [3, 'a', 'repeated'],
    [2, 'a', 'done'],
    [2, 'b', 'repeated'],
    [0, 'c', 'done'],
  ])('remembers the last %i of a, b and c, so %s is %s', async (remember, id, status) => {
    const { queue, next } = setup({ remember })
    for (const earlier of ['a', 'b', 'c']) {
      queue.add({ id: earlier, n: 0 })
      await next()
    }
    const pushed = queue.add({ id, n: 0 })
    await next()
    expect((await pushed).status).toBe(status)
  })
})

it('has events without an id that are never the same', async () => {
  const { queue, log, next } = setup()
  queue.add({ n: 1 })
  queue.add({ n: 1 })
  await next()
  await next()
  expect(log).toEqual(['begin 1', 'end 1', 'begin 1', 'end 1'])
})

it('refuses what would wait beyond the limit, and takes it later', async () => {
  const { queue, next } = setup({ maxWaiting: 2 })
  for (const n of [1, 2]) queue.add({ n })
  expect(() => queue.add({ id: 'c', n: 3 })).toThrow(
    expect.objectContaining({
      name: 'WorkError',
      code: 'full',
      message: '2 events wait already, and maxWaiting is 2; push again later',
    }),
  )
  await next()
  const later = queue.add({ id: 'c', n: 3 })
  await next()
  await next()
  expect(await later).toMatchObject({ status: 'done' })
})

it('is idle when nothing waits and nothing is being taken', async () => {
  const { clock, queue, next } = setup()
  const log: string[] = []
  await queue.idle()
  queue.add({ n: 1 })
  queue.idle().then(() => log.push('idle'))
  await clock.settle()
  queue.add({ n: 2 })
  await next()
  expect(log).toEqual([])
  await next()
  expect(log).toEqual(['idle'])
})

it('closes when what it has accepted is done', async () => {
  const { clock, queue, next } = setup()
  for (const n of [1, 2]) queue.add({ n })
  const closed = queue.close(Infinity)
  expect(queue.isClosed).toBe(true)
  expect(queue.close(0)).toBe(closed)
  await next()
  await next()
  await closed
  expect([clock.timers, queue.stop.aborted]).toEqual([0, false])
})

it('gives up what is left after the time to drain', async () => {
  const { clock, queue, log, next } = setup()
  const [first, second] = [1, 2].map((n) => queue.add({ n }).catch((error) => error))
  const closed = queue.close(500)
  await clock.advance(499)
  expect(queue.stop.aborted).toBe(false)
  await clock.advance(1)
  expect(queue.stop.aborted).toBe(true)
  await next(1)
  await closed
  expect(await first).toEqual({ status: 'done', failed: 1 })
  expect(await second).toMatchObject({ code: 'closed', message: 'the queue was closed before this was done' })
  expect(log).toEqual(['begin 1', 'end 1'])
})
