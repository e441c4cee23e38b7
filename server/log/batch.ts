import { report } from '../../src/base/errors.ts'
import type { LogEntry, LogRecord } from './entry.ts'

/*
 * A queue of work for a log elsewhere, one thing after the other. Records that wait together are written together: a write
 * costs the same for one and for hundreds, and so does waiting for a device or an answer.
 */

/** A record that waits to be written. */
export interface Append {
  readonly kind: 'append'
  readonly record: LogRecord
  resolve(entry: LogEntry): void
  reject(error: unknown): void
}

/** Anything else, such as a reset. A rejection is reported. */
interface Task {
  readonly kind: 'task'
  run(): Promise<void>
}

export type Job = Append | Task

/** How many are written together: those behind them wait as long. */
const COUNT = 500
/** How much text is written together, about. */
const CHARACTERS = 1024 * 1024

/** Takes from the front what is written together. Nothing if a task is next. */
export function takeBatch(queue: Job[]): Append[] {
  const batch: Append[] = []
  let characters = 0
  for (const job of queue) {
    if (job.kind !== 'append' || batch.length === COUNT || characters >= CHARACTERS) break
    batch.push(job)
    characters += job.record.json.length
  }
  queue.splice(0, batch.length)
  return batch
}

/**
 * Does what is added in its order. Work that is added in one turn waits for the end of it, so that it can be done together.
 */
export function createQueue(write: (batch: readonly Append[]) => Promise<void>): (job: Job) => void {
  const queue: Job[] = []
  let working = false

  async function work(): Promise<void> {
    for (let next = queue[0]; next; next = queue[0]) {
      try {
        if (next.kind === 'append') await write(takeBatch(queue))
        else {
          queue.shift()
          await next.run()
        }
      } catch (error) {
        // One job that fails past its own promise must not end the process, or hold back all that follow.
        report(error)
      }
    }
    working = false
  }

  return (job) => {
    queue.push(job)
    if (working) return
    working = true
    queueMicrotask(work)
  }
}
