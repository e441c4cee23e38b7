import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Append, createQueue, type Job, takeBatch } from '../../../server/log/batch.ts'
import { eventually } from '../../support/eventually.ts'

const append = (json = '1'): Append => ({
  kind: 'append',
  record: { type: 'n', json, to: {}, at: 0 },
  resolve() {},
  reject() {},
})
const task: Job = { kind: 'task', run: async () => {} }
const many = (count: number): Job[] => Array.from({ length: count }, () => append())

describe('a batch', () => {
  it.each<[what: string, queue: Job[], taken: number]>([
    ['nothing', [], 0],
    ['all that wait', many(3), 3],
    ['what waits ahead of a task', [append(), append(), task, append()], 2],
    ['nothing ahead of a task', [task, append()], 0],
    ['500 at most', many(501), 500],
    ['one that is too long alone', [append('x'.repeat(3_000_000)), append()], 1],
    ['about a million characters', [append('x'.repeat(600_000)), append('x'.repeat(600_000)), append()], 2],
  ])('takes %s', (_, queue, taken) => {
    const before = [...queue]
    expect(takeBatch(queue)).toEqual(before.slice(0, taken))
    expect(queue).toEqual(before.slice(taken))
  })
})

it('does one thing after the other, and together what was added in one turn', async () => {
  const done: unknown[] = []
  const waits: (() => void)[] = []
  const pause = (): Promise<void> => new Promise((resolve) => waits.push(resolve))
  const add = createQueue((batch) => {
    done.push(batch.length)
    return pause()
  })
  add(append())
  add(append())
  expect(done).toEqual([])
  await Promise.resolve()
  expect(done).toEqual([2])
  add(append())
  add({
    kind: 'task',
    run() {
      done.push('task')
      return pause()
    },
  })
  add(append())
  for (const expected of [
    [2, 1],
    [2, 1, 'task'],
    [2, 1, 'task', 1],
  ]) {
    waits.shift()?.()
    await new Promise((resolve) => setTimeout(resolve))
    expect(done).toEqual(expected)
  }
  waits.shift()?.()
  await new Promise((resolve) => setTimeout(resolve))
  add(append())
  await Promise.resolve()
  expect(done).toEqual([2, 1, 'task', 1, 1])
})

it('goes on after a write or a task that fails, which is reported', async () => {
  const reported = vi.fn()
  vi.stubGlobal('reportError', reported)
  onTestFinished(() => void vi.unstubAllGlobals())
  let done = 0
  const add = createQueue(() => Promise.reject(new Error('write')))
  const failing: Job = { kind: 'task', run: () => Promise.reject(new Error('task')) }
  const last: Job = {
    kind: 'task',
    async run() {
      done++
    },
  }
  for (const job of [append(), failing, last]) add(job)
  await eventually(() => expect(done).toBe(1))
  add(last)
  await eventually(() => expect(done).toBe(2))
  expect(reported.mock.calls).toEqual([[new Error('write')], [new Error('task')]])
})
