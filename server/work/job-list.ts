import type { PublishedJob } from './job-publisher.ts'

/** A job from its start to its end. */
export interface JobEntry extends PublishedJob {
  /** Stops its timers and, with a reason, its run. Set while it runs. */
  stop: ((reason?: Error) => void) | undefined
  isOver: boolean
}

/** The jobs that are known: each waits, runs, or is over and remembered. */
export class JobList {
  readonly waiting: Set<JobEntry> = new Set()
  readonly running: Set<JobEntry> = new Set()
  /** The oldest first. */
  readonly #known = new Map<string, JobEntry>()
  /** The oldest first. */
  readonly #over = new Set<JobEntry>()
  readonly #remember: number

  /** @param remember - How many that are over. */
  constructor(remember: number) {
    this.#remember = remember
  }

  get(jobId: string): JobEntry | undefined {
    return this.#known.get(jobId)
  }

  /** The oldest first. */
  all(): Iterable<JobEntry> {
    return this.#known.values()
  }

  add(entry: JobEntry): void {
    this.#known.set(entry.jobId, entry)
    this.waiting.add(entry)
  }

  begin(entry: JobEntry): void {
    this.waiting.delete(entry)
    this.running.add(entry)
  }

  end(entry: JobEntry): void {
    entry.isOver = true
    this.waiting.delete(entry)
    this.running.delete(entry)
    this.#over.add(entry)
    const [oldest] = this.#over
    if (!oldest || this.#over.size <= this.#remember) return
    this.#over.delete(oldest)
    this.#known.delete(oldest.jobId)
  }
}
