import type { SSEClient, Store } from 'headwater'
import { createValueStore } from 'headwater/store'
import type { PrimesEvent, PrimesEvents } from './events.ts'

/**
 * The newest event of each job. Of all jobs, not only of the one that was just started: its first events may be here before the
 * answer to the request that started it.
 */
export function createJobBoard(sse: SSEClient<PrimesEvents>): Store<ReadonlyMap<string, PrimesEvent>> {
  return createValueStore(sse, 'job.primes', {
    initial: new Map<string, PrimesEvent>(),
    reduce: (jobs: ReadonlyMap<string, PrimesEvent>, job) => new Map(jobs).set(job.jobId, job),
  })
}

/** A line for a person. */
export function describeJob({ status, data }: PrimesEvent): string {
  if (status === 'queued') return data.ahead ? `waiting, ${data.ahead} in front` : 'waiting'
  if (status === 'started') return data ? `${Math.floor((100 * data.done) / data.total)} %` : 'started'
  if (status === 'completed') return `${data.primes} primes`
  return `failed: ${data.message}`
}
