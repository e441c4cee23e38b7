import { setTimer } from '../../src/base/clock.ts'
import { callSafely } from '../../src/base/errors.ts'
import { checkTarget, type PublishTarget } from '../audience/target.ts'
import { WorkError } from './error.ts'
import type { Job, JobData, JobFailure } from './job.ts'
import { type JobEntry, JobList } from './job-list.ts'
import { createJobPublisher, type JobPublisher } from './job-publisher.ts'
import { createJobRun } from './job-run.ts'
import type { JobsSettings } from './jobs-options.ts'

const MESSAGES: Readonly<Record<Exclude<JobFailure, 'error'>, string>> = {
  cancelled: 'the job was cancelled',
  timeout: 'the job took too long',
  stopped: 'the server is stopping',
}

/** Has jobs wait, run and end, and publishes how each of them goes. */
export class JobScheduler {
  readonly #settings: JobsSettings
  readonly #jobs: JobList
  readonly #publisher: JobPublisher
  /** Called when nothing runs. */
  readonly #idle: (() => void)[] = []
  #closed: Promise<void> | undefined

  constructor(settings: JobsSettings) {
    const { hub, type, clock, onError, remember } = settings
    this.#settings = settings
    this.#jobs = new JobList(remember)
    this.#publisher = createJobPublisher(hub, type, clock, (error) => callSafely(onError, error, 'publish'))
  }

  start(task: unknown, target: PublishTarget): string {
    checkTarget(target)
    const { concurrency, maxWaiting } = this.#settings
    const { waiting, running } = this.#jobs
    const { size } = waiting
    if (!this.#closed && running.size >= concurrency && size >= maxWaiting)
      throw new WorkError('full', `${size} jobs wait already, and maxWaiting is ${maxWaiting}; start it later`)
    const jobId = crypto.randomUUID()
    const published = this.#publisher.queue({ jobId, task, target }, size)
    const entry: JobEntry = { ...published, stop: undefined, isOver: false }
    this.#jobs.add(entry)
    this.#beginNext()
    if (this.#closed) this.#abort(entry, 'stopped')
    return jobId
  }

  get(jobId: string): Job | undefined {
    const entry = this.#jobs.get(jobId)
    return entry && viewOf(entry)
  }

  list(): Job[] {
    return Array.from(this.#jobs.all(), viewOf)
  }

  cancel(jobId: string): boolean {
    const entry = this.#jobs.get(jobId)
    if (!entry || entry.isOver) return false
    this.#abort(entry, 'cancelled')
    return true
  }

  close(drain: number): Promise<void> {
    this.#closed ??= this.#close(drain)
    return this.#closed
  }

  async #close(drain: number): Promise<void> {
    const { waiting, running } = this.#jobs
    const { clock } = this.#settings
    for (const entry of waiting) this.#abort(entry, 'stopped')
    const timer = setTimer(clock, drain, () => {
      for (const entry of running) this.#abort(entry, 'stopped')
    })
    if (running.size) await new Promise<void>((resolve) => this.#idle.push(resolve))
    clock.clearTimeout(timer)
    await this.#publisher.idle()
  }

  /** @param freed - The job that has made room. */
  #beginNext(freed?: JobEntry): void {
    const { waiting, running } = this.#jobs
    for (const entry of waiting) {
      if (this.#closed || running.size >= this.#settings.concurrency) return
      // The work begins at once. That it has begun is published behind the end of the other.
      if (freed) entry.published = entry.published.then(() => freed.published)
      this.#begin(entry)
    }
  }

  #begin(entry: JobEntry): void {
    const run = createJobRun(this.#settings, entry, {
      // Worthless a moment later, and there may be much of it: it takes no place in the log.
      progress: (value) => this.#publisher.publish(entry, 'started', value, { key: entry.jobId, volatile: true }),
      timedOut: () => this.#abort(entry, 'timeout'),
      completed: (result) => this.#finish(entry, 'completed', result ?? null),
      failed: (error) => this.#fail(entry, error),
    })
    entry.stop = run.stop
    this.#jobs.begin(entry)
    this.#publisher.publish(entry, 'started', null)
    run.begin()
  }

  #finish<S extends 'completed' | 'failed'>(
    entry: JobEntry,
    status: S,
    data: JobData<unknown, unknown>[S],
    reason?: Error,
  ): void {
    if (entry.isOver) return
    this.#jobs.end(entry)
    this.#publisher.publish(entry, status, data)
    entry.stop?.(reason)
    this.#beginNext(entry)
    if (this.#jobs.running.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  #abort(entry: JobEntry, code: keyof typeof MESSAGES): void {
    const message = MESSAGES[code]
    this.#finish(entry, 'failed', { code, message }, new Error(message))
  }

  #fail(entry: JobEntry, error: unknown): void {
    const { describe, onError } = this.#settings
    let message = 'the job failed'
    try {
      message = describe(error)
    } catch (thrown) {
      callSafely(onError, thrown, 'describe')
    }
    this.#finish(entry, 'failed', { code: 'error', message })
  }
}

const viewOf = ({ jobId, task, target, last }: JobEntry): Job => ({ jobId, task, target, last })
