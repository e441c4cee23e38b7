import { expect, it, onTestFinished } from 'vitest'
import { createPulse } from '../../../server/redis/pulse.ts'
import { eventually } from '../../support/eventually.ts'

/** A pulse of a few milliseconds. @param answer - What becomes of the message with this number. */
function start(answer: (n: number, heard: () => void) => Promise<unknown>) {
  let sent = 0
  const losses: number[] = []
  const pulse = createPulse({
    interval: 5,
    send: () => answer(++sent, () => pulse.heard()),
    lost: () => losses.push(sent),
  })
  onTestFinished(() => pulse.stop())
  return { pulse, losses, sent: () => sent }
}

it('is not lost while every message comes', async () => {
  const { losses, sent } = start(async (_, heard) => void setImmediate(heard))
  await eventually(() => expect(sent()).toBeGreaterThan(20))
  expect(losses).toEqual([])
})

it('is not lost if the message comes before the answer of the one that sends it', async () => {
  const { losses, sent } = start(async (_, heard) => heard())
  await eventually(() => expect(sent()).toBeGreaterThan(20))
  expect(losses).toEqual([])
})

it('is lost if a message was sent and does not come for two rounds, and again after two more', async () => {
  const { losses } = start(async () => {})
  await eventually(() => expect(losses.length).toBeGreaterThan(1))
  expect(losses.slice(0, 2)).toEqual([2, 4])
})

it('is not lost while nothing can be sent', async () => {
  const { losses, sent } = start(() => Promise.reject(new Error('no Redis')))
  await eventually(() => expect(sent()).toBeGreaterThan(10))
  expect(losses).toEqual([])
})

it('sends nothing after it was stopped', async () => {
  const { pulse, sent } = start(async () => {})
  pulse.stop()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(sent()).toBe(1)
})
