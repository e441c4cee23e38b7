import { setTimer } from '../../src/base/clock.ts'
import { callSafely } from '../../src/base/errors.ts'
import { checkTarget, type PublishTarget } from '../audience/target.ts'
import { drainOf } from '../options/drain.ts'
import { WorkError } from './error.ts'
import type { Job, JobData, JobFailure } from './job.ts'
import { type JobsOptions, resolveJobsOptions } from './jobs-options.ts'
import { createProgress } from './progress.ts'
import { createTeller, type Told } from './tell.ts'

export interface Jobs<N extends string = string, T = unknown, P = unknown, R = unknown> {
  /**
   * Starts a job, or has it wait for its turn.
   * @param target - Who gets its events: `{ userId }`, `{ sessionId }`, `{ topic }` and so on. `{}` is everyone.
   * @returns Its id. After `close()` the job fails at once.
   * @throws WorkError `full`; TypeError for a target that does not exist.
   */
  start(task: T, target: PublishTarget): string
  /** Undefined if there is no such job, or it is not remembered any more. Its `target` says whose it is: check that first. */
  get(jobId: string): Job<N, T, P, R> | undefined
  /** All that wait, run or are remembered, the oldest first. */
  list(): Job<N, T, P, R>[]
  /** Ends a job as `failed`, with code `cancelled`. @returns False if it is over already, or unknown. */
  cancel(jobId: string): boolean
  /**
   * Ends all jobs as `failed`, with code `stopped`. Resolves when this is published. Call it before `hub.close()`.
   * @param options - `drain`: milliseconds that running jobs have left. By default 0. Infinity: until all are done.
   */
  close(options?: { readonly drain?: number }): Promise<void>
}

/** A job from its start to its end. */
interface Entry extends Told {
  /** Stops its timers and, with a reason, its run. Set while it runs. */
  stop: ((reason?: Error) => void) | undefined
  isOver: boolean
}

const MESSAGES: Readonly<Record<Exclude<JobFailure, 'error'>, string>> = {
  cancelled: 'the job was cancelled',
  timeout: 'the job took too long',
  stopped: 'the server is stopping',
}

/**
 * Runs jobs, so many at a time, and tells those whom a job is for how it goes.
 *
 * @example
 * const jobs = createJobs({ hub, type: 'job.report', run: workerRunner(new URL('./report.js', import.meta.url)) })
 * const jobId = jobs.start({ month: 5 }, { userId: 'ada' })
 *
 * @throws SSEError with code `options` if an option cannot work.
 */
export function createJobs<T, P, R, N extends string = 'job'>(options: JobsOptions<N, T, P, R>): Jobs<N, T, P, R>
export function createJobs(options: JobsOptions<string, unknown, unknown, unknown>): Jobs {
  const { hub, run, type, clock, onError, describe, ...settings } = resolveJobsOptions(options)
  /** All that are known, the oldest first. */
  const known = new Map<string, Entry>()
  const waiting = new Set<Entry>()
  const running = new Set<Entry>()
  /** Those that are over, the oldest first. */
  const over = new Set<Entry>()
  const idle: (() => void)[] = []
  const teller = createTeller(hub, type, clock, (error) => callSafely(onError, error, 'publish'))
  const { tell } = teller
  let closed: Promise<void> | undefined

  function finish<S extends 'completed' | 'failed'>(
    entry: Entry,
    status: S,
    data: JobData<unknown, unknown>[S],
    reason?: Error,
  ): void {
    if (entry.isOver) return
    entry.isOver = true
    waiting.delete(entry)
    running.delete(entry)
    over.add(entry)
    tell(entry, status, data)
    const [oldest] = over
    if (oldest && over.size > settings.remember) {
      over.delete(oldest)
      known.delete(oldest.jobId)
    }
    entry.stop?.(reason)
    next(entry)
    if (!running.size) for (const resolve of idle.splice(0)) resolve()
  }

  function abort(entry: Entry, code: keyof typeof MESSAGES): void {
    const message = MESSAGES[code]
    finish(entry, 'failed', { code, message }, new Error(message))
  }

  function fail(entry: Entry, error: unknown): void {
    let message = 'the job failed'
    try {
      message = describe(error)
    } catch (thrown) {
      callSafely(onError, thrown, 'describe')
    }
    finish(entry, 'failed', { code: 'error', message })
  }

  function begin(entry: Entry): void {
    const { jobId, task } = entry
    const controller = new AbortController()
    // Worthless a moment later, and there may be much of it: it takes no place in the log.
    const progress = createProgress(clock, settings.progressInterval, (progress: unknown) =>
      tell(entry, 'started', progress, { key: jobId, volatile: true }),
    )
    const timer = setTimer(clock, settings.timeout, () => abort(entry, 'timeout'))
    entry.stop = (reason) => {
      clock.clearTimeout(timer)
      progress.stop()
      if (reason) controller.abort(reason)
    }
    running.add(entry)
    tell(entry, 'started', null)
    const report = (value: unknown): void => {
      if (!entry.isOver) progress.report(value)
    }
    // What `run` throws at once rejects as well.
    new Promise((resolve) => resolve(run({ jobId, task }, report, controller.signal))).then(
      (result) => finish(entry, 'completed', result ?? null),
      (error) => fail(entry, error),
    )
  }

  /** @param freed - The job that has made room. */
  function next(freed?: Entry): void {
    for (const entry of waiting) {
      if (closed || running.size >= settings.concurrency) return
      waiting.delete(entry)
      // The work begins at once. That it has is told behind the end of the other.
      if (freed) entry.published = entry.published.then(() => freed.published)
      begin(entry)
    }
  }

  async function close(drain: number): Promise<void> {
    for (const entry of waiting) abort(entry, 'stopped')
    const timer = setTimer(clock, drain, () => {
      for (const entry of running) abort(entry, 'stopped')
    })
    if (running.size) await new Promise<void>((resolve) => idle.push(resolve))
    clock.clearTimeout(timer)
    await teller.idle()
  }

  return {
    start(task, target) {
      checkTarget(target)
      const { size } = waiting
      if (!closed && running.size >= settings.concurrency && size >= settings.maxWaiting)
        throw new WorkError(
          'full',
          `${size} jobs wait already, and maxWaiting is ${settings.maxWaiting}; start it later`,
        )
      const jobId = crypto.randomUUID()
      const entry: Entry = { ...teller.tellQueued({ jobId, task, target }, size), stop: undefined, isOver: false }
      known.set(jobId, entry)
      waiting.add(entry)
      next()
      if (closed) abort(entry, 'stopped')
      return jobId
    },
    get(jobId) {
      const entry = known.get(jobId)
      return entry && viewOf(entry)
    },
    list: () => Array.from(known.values(), viewOf),
    cancel(jobId) {
      const entry = known.get(jobId)
      if (!entry || entry.isOver) return false
      abort(entry, 'cancelled')
      return true
    },
    close(options) {
      const drain = drainOf(options, 0)
      closed ??= close(drain)
      return closed
    },
  }
}

const viewOf = ({ jobId, task, target, last }: Entry): Job => ({ jobId, task, target, last })
