import type { SSEClient, Store } from 'headwater'
import { createValueStore } from 'headwater/store'
import type { JobEvent, JobEvents } from './events.ts'

/**
 * The newest word on each job. All jobs, and not the one that was just started: its first events may be here before the
 * answer to the request that started it.
 */
export function createJobBoard(sse: SSEClient<JobEvents>): Store<ReadonlyMap<string, JobEvent>> {
  return createValueStore(sse, 'job.primes', {
    initial: new Map<string, JobEvent>(),
    reduce: (jobs: ReadonlyMap<string, JobEvent>, job) => new Map(jobs).set(job.jobId, job),
  })
}

/** A line for a person. */
export function describeJob({ status, data }: JobEvent): string {
  if (status === 'queued') return data.ahead ? `waiting, ${data.ahead} in front` : 'waiting'
  if (status === 'started') return `${Math.floor((100 * data.done) / data.total)} %`
  if (status === 'completed') return `${data.primes} primes`
  return `failed: ${data.message}`
}
