import type { JobEvent, JobEvents } from 'headwater/server'

/** The task of a worker. */
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

/** One status of a job: `status` decides the type of `data`. */
export type PrimesEvent = JobEvent<'job.primes', Progress, Result>

/** The events between the hub and the client. */
export type PrimesEvents = JobEvents<'job.primes', Progress, Result>
