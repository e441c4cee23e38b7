import type { PublishTarget } from '../audience/target.ts'
import { drainOf } from '../options/drain.ts'
import type { Job } from './job.ts'
import { JobScheduler } from './job-scheduler.ts'
import { type JobsOptions, resolveJobsOptions } from './jobs-options.ts'

export interface Jobs<N extends string = string, T = unknown, P = unknown, R = unknown> {
  /**
   * Starts a job, or puts it behind those that wait.
   * @param target - The target of its events: `{ userId }`, `{ sessionId }`, `{ topic }` and so on. `{}` is everyone.
   * @returns Its id. After `close()` the job fails at once.
   * @throws WorkError `full`; TypeError for a target that does not exist.
   */
  start(task: T, target: PublishTarget): string
  /** Undefined if there is no such job, or it is not remembered any more. Compare its `target` with the user before you show it. */
  get(jobId: string): Job<N, T, P, R> | undefined
  /** All jobs that wait, run or are remembered, the oldest first. */
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
 * Runs jobs, a limited number at a time, and publishes the progress and the result of each.
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
