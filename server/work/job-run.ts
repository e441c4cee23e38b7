import { setTimer } from '../../src/base/clock.ts'
import type { Job } from './job.ts'
import type { JobsSettings } from './jobs-options.ts'
import { createProgress } from './progress.ts'

/** The run of one job. */
export interface JobExecution {
  /** Calls the option `run`. */
  begin(): void
  /** Nothing is reported any more. With a reason, `run` is asked to stop. */
  stop(reason?: Error): void
}

export interface JobRunEvents {
  progress(value: unknown): void
  /** It took longer than it may. */
  timedOut(): void
  completed(result: unknown): void
  failed(error: unknown): void
}

/** The time begins to count now. */
export function createJobRun(
  { run, clock, timeout, progressInterval }: JobsSettings,
  { jobId, task }: Pick<Job, 'jobId' | 'task'>,
  events: JobRunEvents,
): JobExecution {
  const controller = new AbortController()
  const progress = createProgress(clock, progressInterval, events.progress)
  const timer = setTimer(clock, timeout, events.timedOut)
  let isOver = false

  function report(value: unknown): void {
    if (!isOver) progress.report(value)
  }

  return {
    begin() {
      // An error that `run` throws at once rejects as well.
      new Promise((resolve) => resolve(run({ jobId, task }, report, controller.signal))).then(
        events.completed,
        events.failed,
      )
    },
    stop(reason) {
      isOver = true
      clock.clearTimeout(timer)
      progress.stop()
      if (reason) controller.abort(reason)
    },
  }
}
