import type { PublishTarget } from '../audience/target.ts'
import { drainOf } from '../options/drain.ts'
import type { Job } from './job.ts'
import { JobScheduler } from './job-scheduler.ts'
import { type JobsOptions, resolveJobsOptions } from './jobs-options.ts'

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
  const scheduler = new JobScheduler(resolveJobsOptions(options))
  return {
    start: (task, target) => scheduler.start(task, target),
    get: (jobId) => scheduler.get(jobId),
    list: () => scheduler.list(),
    cancel: (jobId) => scheduler.cancel(jobId),
    close: (options) => scheduler.close(drainOf(options, 0)),
  }
}
