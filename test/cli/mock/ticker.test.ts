import { createClock, createMockStream } from 'headwater/testing'
import { expect, it } from 'vitest'
import { startTicking } from '../../../cli/mock/ticker.ts'

const START = Date.UTC(2026, 0)

it('numbers its ticks, tells the time, and says a heartbeat with every fifth, until it is stopped', async () => {
  const clock = createClock({ now: START })
  const stream = createMockStream({ clock })
  const response = await stream.fetch('/')
  const stop = startTicking(stream, 1000, clock)
  await clock.advance(6000)
  stop()
  expect(clock.timers).toBe(0)
  await stream.end()
  const text = await response.text()
  expect(text.match(/^(id|:).*/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4', 'id: 5', ': heartbeat', 'id: 6'])
  expect(text).toContain(`id: 1\nevent: tick\ndata: {"n":1,"at":${START + 1000}}\n\n`)
  expect(text).toContain(`data: {"n":6,"at":${START + 6000}}`)
})
