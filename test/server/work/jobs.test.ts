import { createJobs, type JobEvent, type JobRun, type JobsOptions, type PublishOptions } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'

interface Run {
  resolve(result: unknown): void
  reject(error: unknown): void
  report(progress: number): void
  readonly signal: AbortSignal
}

/** Jobs that run until a test ends them. */
function setup(more: Partial<JobsOptions<'job', string, number, unknown>> = {}) {
  const clock = createClock()
  const heard: string[] = []
  const options: (PublishOptions | undefined)[] = []
  const errors: [error: unknown, where: string][] = []
  const runs = new Map<string, Run>()
  const jobs = createJobs({
    hub: {
      async publish(_: 'job', { jobId, status, data }: JobEvent<'job', number, unknown>, to?: PublishOptions) {
        heard.push(`${jobs.get(jobId)?.task ?? '?'} ${status} ${JSON.stringify(data)}`)
        options.push(to)
        return { id: '', delivered: 0 }
      },
    },
    run: ({ task }, report, signal) =>
      new Promise<unknown>((resolve, reject) => runs.set(task, { resolve, reject, report, signal })),
    clock,
    onError: (error, where) => errors.push([error, where]),
    ...more,
  })
  const ada = { userId: 'ada' }
  const settled = async (): Promise<string[]> => {
    await clock.settle()
    return heard.splice(0)
  }
  const run = (task: string) => {
    const found = runs.get(task)
    if (!found) throw new Error(`${task} does not run`)
    return found
  }
  return { clock, jobs, ada, options, errors, run, isRunning: (task: string) => runs.has(task), settled }
}

const failed = (task: string, code: string, message: string): string =>
  `${task} failed ${JSON.stringify({ code, message })}`
const CANCELLED = 'the job was cancelled'
const STOPPING = 'the server is stopping'

it('tells that a job has begun behind the end of the job that made room for it', async () => {
  const heard: string[] = []
  const waiting: (() => void)[] = []
  const { jobs, ada, run, isRunning, settled } = setup({
    concurrency: 1,
    hub: {
      async publish(_, { jobId, status }) {
        heard.push(`${jobs.get(jobId)?.task ?? '?'} ${status}`)
        // The log takes its time for the first job.
        if (jobs.get(jobId)?.task === 'a') await new Promise<void>((resolve) => waiting.push(resolve))
        return { id: '', delivered: 0 }
      },
    },
  })
  jobs.start('a', ada)
  jobs.start('b', ada)
  await settled()
  run('a').resolve(1)
  await settled()
  expect(isRunning('b')).toBe(true)
  while (waiting.length) {
    waiting.shift()?.()
    await settled()
  }
  expect(heard).toEqual(['a queued', 'b queued', 'a started', 'a completed', 'b started'])
})

it('tells who a job is for that it waits, runs and is done', async () => {
  const { jobs, ada, options, run, settled } = setup()
  const jobId = jobs.start('a', ada)
  expect(await settled()).toEqual(['a queued {"ahead":0}', 'a started null'])
  run('a').report(5)
  run('a').resolve(168)
  expect(await settled()).toEqual(['a started 5', 'a completed 168'])
  expect(options).toEqual([ada, ada, { ...ada, key: jobId, volatile: true }, ada])
  expect(jobs.get(jobId)).toMatchObject({ jobId, task: 'a', target: ada, last: { status: 'completed', data: 168 } })
})

it('runs so many at a time, in the order in which they came', async () => {
  const { jobs, ada, run, isRunning, settled } = setup({ concurrency: 2 })
  for (const task of ['a', 'b', 'c', 'd']) jobs.start(task, ada)
  expect(await settled()).toEqual([
    'a queued {"ahead":0}',
    'b queued {"ahead":0}',
    'c queued {"ahead":0}',
    'd queued {"ahead":1}',
    'a started null',
    'b started null',
  ])
  run('b').resolve(1)
  expect(await settled()).toEqual(['b completed 1', 'c started null'])
  expect(isRunning('d')).toBe(false)
  run('a').reject(new Error('no'))
  expect(await settled()).toEqual([failed('a', 'error', 'no'), 'd started null'])
})

it('publishes the newest progress, and none after the end', async () => {
  const { clock, jobs, ada, run, settled } = setup()
  jobs.start('a', ada)
  await settled()
  for (const progress of [1, 2, 3]) run('a').report(progress)
  expect(await settled()).toEqual(['a started 1'])
  await clock.advance(100)
  expect(await settled()).toEqual(['a started 3'])
  run('a').report(4)
  run('a').resolve('done')
  await settled()
  run('a').report(5)
  await clock.advance(1000)
  expect(await settled()).toEqual([])
  expect(clock.timers).toBe(0)
})

it.each<[what: string, run: JobRun<string, number, unknown>, end: string]>([
  ['returns', () => 7, 'a completed 7'],
  ['returns nothing', () => {}, 'a completed null'],
  [
    'throws',
    () => {
      throw new Error('no disk')
    },
    failed('a', 'error', 'no disk'),
  ],
  ['rejects', async () => Promise.reject(new Error('no disk')), failed('a', 'error', 'no disk')],
  ['rejects with no error', async () => Promise.reject('no disk'), failed('a', 'error', 'no disk')],
])('ends a job whose run %s', async (_, run, end) => {
  const { jobs, ada, settled } = setup({ run })
  jobs.start('a', ada)
  expect((await settled()).at(-1)).toBe(end)
})

it('says what describe makes of an error', async () => {
  const { jobs, ada, run, settled } = setup({ describe: () => 'ask the support' })
  jobs.start('a', ada)
  run('a').reject(new Error('password of the database'))
  expect((await settled()).at(-1)).toBe(failed('a', 'error', 'ask the support'))
})

it('ends a job also if describe throws', async () => {
  const no = new Error('no')
  const { jobs, ada, errors, run, settled } = setup({
    describe() {
      throw no
    },
  })
  jobs.start('a', ada)
  run('a').reject(new Error('secret'))
  expect((await settled()).at(-1)).toBe(failed('a', 'error', 'the job failed'))
  expect(errors).toEqual([[no, 'describe']])
})

describe('cancelling', () => {
  it('ends a job that runs, aborts its signal and lets the next begin', async () => {
    const { jobs, ada, run, settled } = setup({ concurrency: 1 })
    const [jobId] = [jobs.start('a', ada), jobs.start('b', ada)]
    await settled()
    expect(jobs.cancel(jobId)).toBe(true)
    expect(run('a').signal).toMatchObject({ aborted: true, reason: { message: CANCELLED } })
    expect(await settled()).toEqual([failed('a', 'cancelled', CANCELLED), 'b started null'])
    run('a').resolve('all the same')
    run('a').report(7)
    expect(await settled()).toEqual([])
    expect(jobs.get(jobId)?.last.status).toBe('failed')
  })

  it('ends a job that waits', async () => {
    const { jobs, ada, run, isRunning, settled } = setup({ concurrency: 1 })
    jobs.start('a', ada)
    const jobId = jobs.start('b', ada)
    await settled()
    expect(jobs.cancel(jobId)).toBe(true)
    run('a').resolve(1)
    expect(await settled()).toEqual([failed('b', 'cancelled', CANCELLED), 'a completed 1'])
    expect(isRunning('b')).toBe(false)
  })

  it('does nothing for a job that is over or unknown', async () => {
    const { jobs, ada, run, settled } = setup()
    const jobId = jobs.start('a', ada)
    run('a').resolve(1)
    await settled()
    expect([jobs.cancel(jobId), jobs.cancel('nobody')]).toEqual([false, false])
    expect(await settled()).toEqual([])
  })
})

it('ends a job that runs for too long', async () => {
  const { clock, jobs, ada, run, settled } = setup({ timeout: 1000 })
  jobs.start('a', ada)
  await clock.advance(999)
  expect(run('a').signal.aborted).toBe(false)
  await settled()
  await clock.advance(1)
  expect(await settled()).toEqual([failed('a', 'timeout', 'the job took too long')])
  expect(run('a').signal.aborted).toBe(true)
})

describe('closing', () => {
  it('ends what waits, what runs and what comes', async () => {
    const { clock, jobs, ada, run, settled } = setup({ concurrency: 1 })
    for (const task of ['a', 'b']) jobs.start(task, ada)
    await settled()
    const closed = jobs.close()
    await clock.advance(0)
    await closed
    expect(await settled()).toEqual([failed('b', 'stopped', STOPPING), failed('a', 'stopped', STOPPING)])
    expect(run('a').signal.aborted).toBe(true)
    jobs.start('c', ada)
    expect(await settled()).toEqual(['c queued {"ahead":0}', failed('c', 'stopped', STOPPING)])
    expect(clock.timers).toBe(0)
  })

  it('lets what runs finish within the time to drain', async () => {
    const { clock, jobs, ada, run, settled } = setup({ concurrency: 2 })
    for (const task of ['a', 'b', 'c']) jobs.start(task, ada)
    await settled()
    const closed = jobs.close({ drain: 500 })
    expect(await settled()).toEqual([failed('c', 'stopped', STOPPING)])
    run('a').resolve(1)
    expect(await settled()).toEqual(['a completed 1'])
    await clock.advance(500)
    await closed
    expect(await settled()).toEqual([failed('b', 'stopped', STOPPING)])
  })

  it('resolves at once when nothing runs', async () => {
    const { clock, jobs } = setup()
    await jobs.close({ drain: Infinity })
    expect(clock.timers).toBe(0)
  })

  it.each([-1, Number.NaN, '5'])('refuses %s as a time to drain', (drain) => {
    expect(() => setup().jobs.close({ drain: drain as number })).toThrow('drain expects a number of milliseconds')
  })
})

it('refuses more than may wait, and takes it later', async () => {
  const { jobs, ada, run, settled } = setup({ concurrency: 1, maxWaiting: 1 })
  for (const task of ['a', 'b']) jobs.start(task, ada)
  expect(() => jobs.start('c', ada)).toThrow(
    expect.objectContaining({
      name: 'WorkError',
      code: 'full',
      message: '1 jobs wait already, and maxWaiting is 1; start it later',
    }),
  )
  run('a').resolve(1)
  await settled()
  jobs.start('c', ada)
  expect(jobs.list().map(({ task }) => task)).toEqual(['a', 'b', 'c'])
})

it('remembers the last results, and every job that is not over', async () => {
  const { jobs, ada, run, settled } = setup({ concurrency: 3, remember: 1 })
  const ids = ['a', 'b', 'c', 'd'].map((task) => jobs.start(task, ada))
  for (const task of ['b', 'c']) run(task).resolve(1)
  await settled()
  expect(jobs.list().map(({ task, last: { status } }) => [task, status])).toEqual([
    ['a', 'started'],
    ['c', 'completed'],
    ['d', 'started'],
  ])
  expect(jobs.get(ids[1] ?? '')).toBeUndefined()
})

it.each<[target: object, message: string]>([
  [{ userId: undefined }, 'userId expects a string'],
  [{ room: 7 }, 'a target takes no room'],
])('refuses the target %j', (target, message) => {
  const { jobs } = setup()
  expect(() => jobs.start('a', target)).toThrow(message)
  expect(jobs.list()).toEqual([])
})
