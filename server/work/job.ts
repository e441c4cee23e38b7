import type { PublishTarget } from '../audience/target.ts'
import type { PublishOptions } from '../publish/message.ts'
import type { Published } from '../publish/publish.ts'

/*
 * Types alone: a job, and its events.
 */

/** Why a job has failed. `stopped`: the server stops. */
export type JobFailure = 'error' | 'cancelled' | 'timeout' | 'stopped'

/** The `data` of a job's event, by its `status`. */
export interface JobData<P, R> {
  /** `ahead`: how many jobs are in front of it. */
  readonly queued: { readonly ahead: number }
  /** The newest progress; null until `run` reports some. */
  readonly started: P | null
  /** The result of `run`. */
  readonly completed: R
  /** `message` is for a person, see the option `describe`. */
  readonly failed: { readonly code: JobFailure; readonly message: string }
}

export type JobStatus = keyof JobData<unknown, unknown>

/**
 * One status of a job. `status` decides what `data` is. A job has `queued` once, `started` once and again for each progress, and
 * at the end `completed` or `failed`. Each event has the whole status, so the newest one is enough.
 */
export type JobEvent<N extends string = string, P = unknown, R = unknown, S extends JobStatus = JobStatus> = {
  [K in S]: {
    /** The name of the event: the option `type`. */
    readonly type: N
    readonly jobId: string
    readonly status: K
    /** Epoch milliseconds. */
    readonly timestamp: number
    readonly data: JobData<P, R>[K]
  }
}[S]

/** The events of jobs. Add them to the events of the hub: `createHub<Events & JobEvents<'job', Progress, Result>>()`. */
export type JobEvents<N extends string, P = unknown, R = unknown> = { readonly [K in N]: JobEvent<N, P, R> }

/** The part of a hub that jobs need. */
export interface JobsHub<N extends string, P, R> {
  publish(type: N, data: JobEvent<N, P, R>, options?: PublishOptions): Promise<Published>
}

/** A job as the server knows it. */
export interface Job<N extends string = string, T = unknown, P = unknown, R = unknown> {
  readonly jobId: string
  /** The input that `start` was called with, and that `run` gets. */
  readonly task: T
  /** The target of its events. */
  readonly target: PublishTarget
  /** Its newest event. */
  readonly last: JobEvent<N, P, R>
}

/**
 * Does the work of one job, and returns or resolves with its result. An error that it throws ends the job as `failed`.
 *
 * @param report - Publishes progress. Throws a TypeError for what JSON does not have.
 * @param signal - Aborts when the job is cancelled, takes too long or the server stops. The job is then over at once, so stop the work.
 */
export type JobRun<T, P, R> = (
  job: { readonly jobId: string; readonly task: T },
  report: (progress: P) => void,
  signal: AbortSignal,
) => R | Promise<R>
