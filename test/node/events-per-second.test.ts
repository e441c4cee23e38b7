import { createHubClient } from 'headwater/hub'
import { createHub } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHub } from '../support/serving.ts'

async function serve(limits: { readonly eventsPerSecond: number; readonly queueEvents: number }) {
  const clock = createClock()
  const hub = createHub({ clock, heartbeat: false, clientTimeout: 0, maxAge: 0, limits })
  const { url } = await serveHub(hub)
  const sse = createHubClient(url, { retry: { initial: 1 } })
  onTestFinished(() => sse.close())
  const heard: unknown[] = []
  sse.subscribe('n', (data) => heard.push(data))
  await eventually(() => expect(hub.clients()[0]?.live).toBe(true))
  return { clock, hub, heard }
}

it('a client gets the events of a second at once, and the rest a second later', async () => {
  const { clock, hub, heard } = await serve({ eventsPerSecond: 10, queueEvents: 1000 })
  for (let n = 1; n <= 15; n++) await hub.publish('n', n)
  await eventually(() => expect(heard).toHaveLength(10))
  expect(hub.stats().queue.events).toBe(5)
  await clock.advance(1000)
  await eventually(() => expect(heard).toEqual(Array.from({ length: 15 }, (_, n) => n + 1)))
})

it('a client for which too much is published loses its stream and no event', async () => {
  const { clock, hub, heard } = await serve({ eventsPerSecond: 10, queueEvents: 20 })
  const all = Array.from({ length: 100 }, (_, n) => n + 1)
  for (const n of all) await hub.publish('n', n)
  expect(hub.stats().endings.overflow).toBe(1)
  await eventually(async () => {
    await clock.advance(100)
    expect(heard).toHaveLength(100)
  })
  expect(heard).toEqual(all)
  expect(hub.stats()).toMatchObject({ gaps: 0, endings: { overflow: 1 } })
})
