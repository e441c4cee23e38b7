import { Worker } from 'node:worker_threads'
import type { Hub } from 'headwater/server'
import type { JobEvent, JobEvents, JobStatus, Task, Word } from './events.ts'

export interface Jobs {
  /** @returns The id of the job. Only this user hears of it. */
  start(userId: string, task: Task): string
  /** The last word on each job of a user: for whoever has missed events. */
  of(userId: string): JobEvent[]
  /** Stops what runs, what waits and what comes; all of it has failed then. */
  close(): Promise<void>
}

export interface JobsOptions {
  /** How many run at a time. */
  readonly concurrency?: number
  readonly worker?: URL
}

interface Job {
  readonly jobId: string
  readonly userId: string
  readonly task: Task
}

/** How many jobs are remembered. */
const REMEMBERED = 1000
const STOPPING = 'the server is stopping'

export function createJobs(
  hub: Pick<Hub<JobEvents>, 'toUser'>,
  { concurrency = 2, worker = new URL('./worker.ts', import.meta.url) }: JobsOptions = {},
): Jobs {
  const waiting: Job[] = []
  const running = new Map<Job, Worker>()
  const last = new Map<Job, JobEvent>()
  let stopping = false

  function tell<S extends JobStatus>(job: Job, status: S, data: JobEvent<S>['data']): void {
    const { jobId, userId } = job
    // That the data is what goes with the status, the parameters say; TypeScript does not put the two together.
    const event = { type: 'job.primes', jobId, status, timestamp: Date.now(), data } as JobEvent
    last.set(job, event)
    const [oldest] = last.keys()
    if (oldest && last.size > REMEMBERED) last.delete(oldest)
    // For a reader that is slow only the newest progress waits. How a job ended has no key: nothing takes its place.
    hub.toUser(userId, 'job.primes', event, status === 'started' ? { key: jobId } : {}).catch(console.error)
  }

  function run(job: Job): void {
    const thread = new Worker(worker, { workerData: job.task })
    running.set(job, thread)
    tell(job, 'started', { done: 0, total: job.task.limit })
    let found: JobEvent<'completed'>['data'] | undefined
    let why: string | undefined
    thread.on('message', (word: Word) => {
      if ('done' in word) tell(job, 'started', word)
      else found = word
    })
    thread.on('error', (error) => {
      why = error instanceof Error ? error.message : `${error}`
    })
    // Comes last and always comes, also of a thread that ran out of memory or was stopped: so does the end of the job.
    thread.on('exit', (code) => {
      running.delete(job)
      if (found) tell(job, 'completed', found)
      else tell(job, 'failed', { message: stopping ? STOPPING : (why ?? `the worker stopped with code ${code}`) })
      next()
    })
  }

  function next(): void {
    while (stopping || running.size < concurrency) {
      const job = waiting.shift()
      if (!job) return
      if (stopping) tell(job, 'failed', { message: STOPPING })
      else run(job)
    }
  }

  return {
    start(userId, task) {
      const job: Job = { jobId: crypto.randomUUID(), userId, task }
      tell(job, 'queued', { ahead: waiting.length })
      waiting.push(job)
      next()
      return job.jobId
    },
    of: (userId) => [...last].flatMap(([job, event]) => (job.userId === userId ? event : [])),
    async close() {
      stopping = true
      next()
      await Promise.all(Array.from(running.values(), (thread) => thread.terminate()))
    },
  }
}
