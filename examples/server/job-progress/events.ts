import type { JobEvent, JobEvents } from 'headwater/server'

/** What a worker is given. */
export interface Task {
  /** Counts the primes below this. */
  readonly limit: number
}

export interface Progress {
  readonly done: number
  readonly total: number
}

export interface Result {
  readonly primes: number
}

/** One status of a job: once `status` is known, so is what `data` has. */
export type PrimesEvent = JobEvent<'job.primes', Progress, Result>

/** What the hub sends and the client hears. */
export type PrimesEvents = JobEvents<'job.primes', Progress, Result>
