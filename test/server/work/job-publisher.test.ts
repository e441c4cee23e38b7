import type { JobEvent, PublishOptions } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { expect, it } from 'vitest'
import { createJobPublisher } from '../../../server/work/job-publisher.ts'

const job = { jobId: 'j1', task: 7, target: { userId: 'ada' } }
const no = new Error('no')

/** @param answer - What the hub does with an event. */
function setup(answer: (event: JobEvent) => unknown = () => {}) {
  const clock = createClock()
  const heard: unknown[] = []
  const errors: unknown[] = []
  const hub = {
    async publish(type: string, event: JobEvent, options?: PublishOptions) {
      await answer(event)
      heard.push([event.status, event.data, options])
      expect(event).toMatchObject({ type, jobId: 'j1', timestamp: expect.any(Number) })
      return { id: '', delivered: 0 }
    },
  }
  return { clock, heard, errors, publisher: createJobPublisher(hub, 'job', clock, (error) => errors.push(error)) }
}

it('publishes the events of a job one after the other, to its target', async () => {
  const { clock, heard, publisher } = setup(({ status }) => (status === 'queued' ? clock.settle() : undefined))
  const published = publisher.queue(job, 3)
  publisher.publish(published, 'started', null, { key: 'j1', volatile: true })
  publisher.publish(published, 'completed', 168)
  expect(published.last).toMatchObject({ status: 'completed', data: 168 })
  await publisher.idle()
  expect(heard).toEqual([
    ['queued', { ahead: 3 }, { userId: 'ada' }],
    ['started', null, { userId: 'ada', key: 'j1', volatile: true }],
    ['completed', 168, { userId: 'ada' }],
  ])
})

it('publishes the end again if the log fails, and nothing else', async () => {
  const failures = [no, no, no]
  const { clock, heard, errors, publisher } = setup(() => {
    const failure = failures.pop()
    if (failure) throw failure
  })
  const published = publisher.queue(job, 0)
  publisher.publish(published, 'started', null)
  publisher.publish(published, 'failed', { code: 'error', message: 'no' })
  await clock.settle()
  await clock.advance(100)
  await publisher.idle()
  expect(heard).toEqual([['failed', { code: 'error', message: 'no' }, { userId: 'ada' }]])
  expect(errors).toEqual([no, no])
  expect(clock.timers).toBe(0)
})

it('gives the end up after some seconds of failures', async () => {
  const { clock, heard, errors, publisher } = setup(() => Promise.reject(no))
  publisher.publish(publisher.queue(job, 0), 'completed', 168)
  await clock.advance(100 + 200 + 400 + 800 + 1600 + 100 + 200 + 400 + 800 + 1600)
  await publisher.idle()
  expect(heard).toEqual([])
  // For `queued`, for `completed`, and for the `failed` that stands for it.
  expect(errors).toEqual([no, no, no])
})

it('says that a job has failed if its result cannot be sent', async () => {
  const { heard, errors, publisher } = setup(({ data }) => void JSON.stringify(data))
  const published = publisher.queue(job, 0)
  publisher.publish(published, 'completed', 7n)
  await publisher.idle()
  const end = { code: 'error', message: 'the result of the job cannot be sent' }
  expect(heard.at(-1)).toEqual(['failed', end, { userId: 'ada' }])
  expect(published.last).toMatchObject({ status: 'failed', data: end })
  expect(errors).toEqual([expect.any(TypeError)])
})
