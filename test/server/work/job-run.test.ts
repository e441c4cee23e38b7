import { createClock } from 'headwater/testing'
import { expect, it } from 'vitest'
import { createJobRun } from '../../../server/work/job-run.ts'
import { resolveJobsOptions } from '../../../server/work/jobs-options.ts'

type Options = Partial<Parameters<typeof resolveJobsOptions>[0]>

/** The run of a job, and what it said. */
function setup(run: NonNullable<Options['run']>, more: Options = {}) {
  const clock = createClock()
  const said: unknown[] = []
  const hub = { publish: async () => ({ id: '', delivered: 0 }) }
  const settings = resolveJobsOptions({ hub, clock, progressInterval: 0, ...more, run })
  const execution = createJobRun(
    settings,
    { jobId: 'j', task: 7 },
    {
      progress: (value) => said.push(['progress', value]),
      timedOut: () => said.push('timedOut'),
      completed: (result) => said.push(['completed', result]),
      failed: (error) => said.push(['failed', error]),
    },
  )
  return { clock, said, ...execution }
}

it('a run is given its task, reports its progress, and is completed with its result', async () => {
  const { said, begin, clock } = setup(({ jobId, task }, report) => {
    report([jobId, task])
    return 'result'
  })
  expect(said).toEqual([])
  begin()
  await clock.settle()
  expect(said).toEqual([
    ['progress', ['j', 7]],
    ['completed', 'result'],
  ])
})

it('a run that throws has failed, as one that rejects has', async () => {
  const error = new Error('mine')
  const { said, begin, clock } = setup(() => {
    throw error
  })
  expect(begin).not.toThrow()
  await clock.settle()
  expect(said).toEqual([['failed', error]])
})

it('a run that takes too long says so, once', async () => {
  const { said, begin, clock } = setup(() => new Promise(() => {}), { timeout: 100 })
  begin()
  await clock.advance(99)
  expect(said).toEqual([])
  await clock.advance(1000)
  expect(said).toEqual(['timedOut'])
})

it('a run that is stopped with a reason has its signal aborted, and reports nothing any more', async () => {
  let late = (_: unknown): void => {}
  let signal: AbortSignal | undefined
  const { said, begin, stop, clock } = setup(
    (_, report, given) => {
      late = report
      signal = given
      return new Promise(() => {})
    },
    { timeout: 100 },
  )
  begin()
  const reason = new Error('stop')
  stop(reason)
  late('too late')
  expect([said, signal?.reason, clock.timers]).toEqual([[], reason, 0])
})

it('a run that is stopped since it is over is not aborted', () => {
  let signal: AbortSignal | undefined
  const { begin, stop } = setup((_, __, given) => {
    signal = given
  })
  begin()
  stop()
  expect(signal?.aborted).toBe(false)
})
