/** @jest-environment node */
import { expect, test } from '@jest/globals'
import { createSSE } from 'headwater'
import { createClock, createMockStream } from 'headwater/testing'

test('resumes where it stopped', async () => {
  const clock = createClock()
  const stream = createMockStream({ clock, script: [{ send: { event: 'tick', data: 1, id: '1' } }, { drop: true }] })
  const sse = createSSE('/events', { fetch: stream.fetch, clock })
  const ticks: unknown[] = []
  sse.subscribe('tick', (tick) => ticks.push(tick))
  await stream.closed()
  await clock.advance(1000)
  expect(ticks).toEqual([1])
  expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
  sse.close()
})
