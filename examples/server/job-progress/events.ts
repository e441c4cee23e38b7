/** What there is to say of a job, by its status. */
interface JobData {
  /** How many are in front of it. */
  queued: { readonly ahead: number }
  started: { readonly done: number; readonly total: number }
  completed: { readonly primes: number }
  failed: { readonly message: string }
}

export type JobStatus = keyof JobData

/** One status of a job: once `status` is known, so is what `data` has. Each says all, and none needs those before it. */
export type JobEvent<S extends JobStatus = JobStatus> = {
  [N in S]: {
    readonly type: 'job.primes'
    readonly jobId: string
    readonly status: N
    /** Epoch milliseconds. */
    readonly timestamp: number
    readonly data: JobData[N]
  }
}[S]

/** What the hub sends and the client hears. */
export interface JobEvents {
  'job.primes': JobEvent
}

/** What a worker is given. */
export interface Task {
  /** Counts the primes below this. */
  readonly limit: number
}

/** What a worker says: how far it is, and at the end what it found. */
export type Word = JobEvent<'started' | 'completed'>['data']
