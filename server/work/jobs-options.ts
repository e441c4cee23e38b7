import { type Clock, systemClock } from '../../src/base/clock.ts'
import { report } from '../../src/base/errors.ts'
import { checkType } from '../audience/target.ts'
import { fill, type Spec, wrong } from '../options/check.ts'
import type { JobRun, JobsHub } from './job.ts'

export interface JobsOptions<N extends string, T, P, R> {
  /** Publishes the events. */
  readonly hub: JobsHub<NoInfer<N>, NoInfer<P>, NoInfer<R>>
  /** Does the work: in this thread, or with `workerRunner(url)` of `headwater/server/node` in a thread of its own. */
  readonly run: JobRun<T, P, R>
  /**
   * The name of the events.
   * @defaultValue 'job'
   */
  readonly type?: N | undefined
  /**
   * How many jobs run at a time. Infinity: all.
   * @defaultValue 2
   */
  readonly concurrency?: number | undefined
  /**
   * How many jobs may wait. Beyond that `start` throws WorkError `full`. 0: none, a job starts at once or not at all. Infinity: no
   * limit.
   * @defaultValue 1000
   */
  readonly maxWaiting?: number | undefined
  /**
   * How many finished jobs are remembered, with their results. 0: none. Infinity: all, so memory grows.
   * @defaultValue 1000
   */
  readonly remember?: number | undefined
  /**
   * Milliseconds that a job may run. Then it fails with `timeout`. 0 or Infinity: no limit.
   * @defaultValue Infinity
   */
  readonly timeout?: number | undefined
  /**
   * How often progress is published at most, in milliseconds. Of several reports the newest is published. 0: each report.
   * @defaultValue 100
   */
  readonly progressInterval?: number | undefined
  /**
   * The message that users read when `run` throws. Use it if errors may contain what users must not see.
   * @defaultValue the error's message
   */
  readonly describe?: ((error: unknown) => string) | undefined
  /**
   * Errors that nobody awaits. `where` is `publish` for an event that the hub did not take, or `describe`.
   * @defaultValue they are reported, to the console in Node
   */
  readonly onError?: ((error: unknown, where: string) => void) | undefined
  /** Time, for tests. */
  readonly clock?: Clock | undefined
}

type Given = JobsOptions<string, unknown, unknown, unknown>

const SPEC: Spec<Given> = {
  hub: ['object'],
  run: ['function'],
  type: ['string', 'job'],
  concurrency: ['number from 0', 2],
  maxWaiting: ['number from 0', 1000],
  remember: ['number from 0', 1000],
  timeout: ['number from 0', Infinity],
  progressInterval: ['number from 0', 100],
  describe: ['function', (error) => (error instanceof Error ? error.message : String(error))],
  onError: ['function', report],
  clock: ['object', systemClock],
}

/** Options, checked and with their defaults filled in. */
export type JobsSettings = { readonly [N in keyof Given]-?: NonNullable<Given[N]> }

/** @throws SSEError `options`, naming the option and what it wants; TypeError for a name that no event can have. */
export function resolveJobsOptions(options: Given): JobsSettings {
  const filled = fill(SPEC, options) as JobsSettings
  const { hub, run, type, concurrency, progressInterval } = filled
  if (typeof hub?.publish !== 'function') throw wrong('hub', 'a hub of createHub()', hub)
  if (!run) throw wrong('run', 'a function', run)
  if (concurrency < 1) throw wrong('concurrency', 'a number from 1', concurrency)
  if (progressInterval === Infinity) throw wrong('progressInterval', 'milliseconds', progressInterval)
  checkType(type)
  return { ...filled, timeout: filled.timeout || Infinity }
}
