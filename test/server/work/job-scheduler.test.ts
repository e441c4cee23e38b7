import { createClock } from 'headwater/testing'
import { expect, it } from 'vitest'
import { JobScheduler } from '../../../server/work/job-scheduler.ts'
import { resolveJobsOptions } from '../../../server/work/jobs-options.ts'

/** A scheduler whose jobs run until a test ends them. */
function setup(more: Partial<Parameters<typeof resolveJobsOptions>[0]> = {}) {
  const clock = createClock()
  const begun: unknown[] = []
  const ends: ((result: unknown) => void)[] = []
  const scheduler = new JobScheduler(
    resolveJobsOptions({
      hub: { publish: async () => ({ id: '', delivered: 0 }) },
      run: ({ task }) => {
        begun.push(task)
        return new Promise((resolve) => ends.push(resolve))
      },
      clock,
      concurrency: 1,
      ...more,
    }),
  )
  const states = () => scheduler.list().map(({ task, last }) => `${task} ${last.status}`)
  return { clock, scheduler, begun, ends, states }
}

it('a job waits until the one before it has ended', async () => {
  const { clock, scheduler, begun, ends, states } = setup()
  for (const task of ['a', 'b']) scheduler.start(task, {})
  expect([begun, states()]).toEqual([['a'], ['a started', 'b queued']])
  ends[0]?.(1)
  await clock.settle()
  expect([begun, states()]).toEqual([
    ['a', 'b'],
    ['a completed', 'b started'],
  ])
})

it('a job may cancel itself as soon as it runs', async () => {
  const ids: string[] = []
  const { clock, scheduler, states } = setup({
    run: ({ jobId }) => {
      ids.push(jobId)
      return scheduler.cancel(jobId)
    },
  })
  const jobId = scheduler.start('a', {})
  await clock.settle()
  expect([ids, states()]).toEqual([[jobId], ['a failed']])
})

it('a job that starts after the close fails, and does not run', async () => {
  const { scheduler, begun, states } = setup()
  await scheduler.close(0)
  scheduler.start('late', {})
  expect([begun, states()]).toEqual([[], ['late failed']])
})

it('closing twice waits for the same end', async () => {
  const { scheduler } = setup()
  expect(scheduler.close(0)).toBe(scheduler.close(1000))
  await scheduler.close(0)
})
