import type { Clock } from '../../src/base/clock.ts'
import type { PublishOptions } from '../publish/message.ts'
import { attempt, resolveWorkRetry } from './attempt.ts'
import type { Job, JobData, JobEvent, JobStatus, JobsHub } from './job.ts'

/** A job, as far as its events go. */
export interface PublishedJob extends Pick<Job, 'jobId' | 'task' | 'target'> {
  last: JobEvent
  /** Resolves when all its events so far are published. */
  published: Promise<unknown>
}

/** Publishes the events of jobs: those of one job in order, and its end also if the log fails now and then. */
export interface JobPublisher {
  /** Publishes that a job is queued: its first event. */
  queue(job: Pick<Job, 'jobId' | 'task' | 'target'>, ahead: number): PublishedJob
  publish<S extends JobStatus>(
    job: PublishedJob,
    status: S,
    data: JobData<unknown, unknown>[S],
    options?: PublishOptions,
  ): void
  /** Resolves when all is published. */
  idle(): Promise<void>
}

/** How a job ended is published again if the log fails. The rest is not: the next event says more. */
const RETRY = resolveWorkRetry({})
const ONCE = resolveWorkRetry({ attempts: 0 })

/** @param failed - Gets the error for an event that was given up. */
export function createJobPublisher(
  hub: JobsHub<string, unknown, unknown>,
  type: string,
  clock: Clock,
  failed: (error: unknown) => void,
): JobPublisher {
  const conditions = { clock, timeout: 30_000, stop: new AbortController().signal }
  const pending = new Set<Promise<unknown>>()

  const eventOf = <S extends JobStatus>(jobId: string, status: S, data: JobData<unknown, unknown>[S]): JobEvent =>
    // The parameters say that data and status go together; TypeScript does not see it.
    ({ type, jobId, status, timestamp: clock.now(), data }) as JobEvent

  async function send(job: PublishedJob, event: JobEvent, options: PublishOptions | undefined): Promise<void> {
    const { status } = event
    const outcome = await attempt(
      () => hub.publish(type, event, { ...job.target, ...options }),
      status === 'completed' || status === 'failed' ? RETRY : ONCE,
      conditions,
      // The hub refuses it, and would again.
      (error) => error instanceof TypeError,
    )
    if (outcome.kind === 'done') return
    failed(outcome.error)
    // The page would wait for ever.
    if (status === 'completed')
      publish(job, 'failed', { code: 'error', message: 'the result of the job cannot be sent' })
  }

  /** Sends it behind the events before it. */
  function add(job: PublishedJob, event: JobEvent, options?: PublishOptions): void {
    job.last = event
    const published = job.published.then(() => send(job, event, options)).finally(() => pending.delete(published))
    pending.add(published)
    job.published = published
  }

  const publish: JobPublisher['publish'] = (job, status, data, options) =>
    add(job, eventOf(job.jobId, status, data), options)

  return {
    queue(job, ahead) {
      const last = eventOf(job.jobId, 'queued', { ahead })
      const published: PublishedJob = { ...job, last, published: Promise.resolve() }
      add(published, last)
      return published
    },
    publish,
    async idle() {
      while (pending.size) await Promise.all(pending)
    },
  }
}
