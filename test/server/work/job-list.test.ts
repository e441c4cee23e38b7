import { expect, it } from 'vitest'
import type { JobEvent } from '../../../server/work/job.ts'
import { type JobEntry, JobList } from '../../../server/work/job-list.ts'

const entry = (jobId: string): JobEntry => ({
  jobId,
  task: undefined,
  target: {},
  last: { type: 'job', jobId, status: 'queued', timestamp: 0, data: { ahead: 0 } } satisfies JobEvent,
  published: Promise.resolve(),
  stop: undefined,
  isOver: false,
})

const ids = (entries: Iterable<JobEntry>): string[] => Array.from(entries, ({ jobId }) => jobId)

it('a job waits, runs and is over', () => {
  const jobs = new JobList(10)
  const a = entry('a')
  const state = () => [ids(jobs.waiting), ids(jobs.running), a.isOver]
  jobs.add(a)
  expect(state()).toEqual([['a'], [], false])
  jobs.begin(a)
  expect(state()).toEqual([[], ['a'], false])
  jobs.end(a)
  expect(state()).toEqual([[], [], true])
  expect([jobs.get('a'), jobs.get('b')]).toEqual([a, undefined])
})

it('a job that never ran may be over too', () => {
  const jobs = new JobList(10)
  const a = entry('a')
  jobs.add(a)
  jobs.end(a)
  expect([ids(jobs.waiting), ids(jobs.all())]).toEqual([[], ['a']])
})

it.each([
  [0, ['c']],
  [1, ['b', 'c']],
  [Infinity, ['a', 'b', 'c']],
])('a list with room for %d forgets the jobs that were over first, and none that runs', (remember, known) => {
  const jobs = new JobList(remember)
  const [a, b, c] = [entry('a'), entry('b'), entry('c')]
  for (const each of [a, b, c]) jobs.add(each)
  for (const each of [b, a]) jobs.begin(each)
  jobs.end(a)
  jobs.end(b)
  expect(ids(jobs.all())).toEqual(known)
})
