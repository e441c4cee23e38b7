import { createClock } from 'headwater/testing'
import { expect, it } from 'vitest'
import { createProgress } from '../../../server/work/progress.ts'

const setup = (interval: number) => {
  const clock = createClock()
  const sent: number[] = []
  return { clock, sent, progress: createProgress<number>(clock, interval, (value) => sent.push(value)) }
}

it('passes on the first value at once, and then the newest after the interval', async () => {
  const { clock, sent, progress } = setup(100)
  for (const value of [1, 2, 3]) progress.report(value)
  expect(sent).toEqual([1])
  await clock.advance(99)
  expect(sent).toEqual([1])
  await clock.advance(1)
  expect(sent).toEqual([1, 3])
  progress.report(4)
  await clock.advance(100)
  expect(sent).toEqual([1, 3, 4])
  await clock.advance(100)
  progress.report(5)
  expect(sent).toEqual([1, 3, 4, 5])
})

it('passes on every value without an interval', () => {
  const { clock, sent, progress } = setup(0)
  for (const value of [1, 2, 3]) progress.report(value)
  expect(sent).toEqual([1, 2, 3])
  expect(clock.timers).toBe(0)
})

it('drops what waits when it is stopped', async () => {
  const { clock, sent, progress } = setup(100)
  for (const value of [1, 2]) progress.report(value)
  progress.stop()
  expect(clock.timers).toBe(0)
  await clock.advance(1000)
  expect(sent).toEqual([1])
})
