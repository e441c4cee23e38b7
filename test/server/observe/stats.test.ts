import { memoryLog } from 'headwater/server'
import { expect, it } from 'vitest'
import { createCounters } from '../../../server/observe/counters.ts'
import { createStats } from '../../../server/observe/stats.ts'
import { block, stage } from '../../support/hub.ts'

it('a hub is described in figures, which do not say who is connected', async () => {
  const { clock, log, registry, counters, join, append } = stage({ log: memoryLog({ size: 2 }) })
  const figures = createStats({ counters, registry, log, clock, delivery: { waiting: 7 } })
  await clock.advance(1234)
  join({ principal: { userId: 'ada' }, topics: ['a', '*'] })
  const slow = join({ principal: { userId: 'ada', tenant: 'acme' }, topics: ['a'], room: 1 })
  const slower = join({ principal: { userId: 'bob' }, room: 1 })
  slow.outlet.send(block(1))
  slower.outlet.send(block(1))
  for (const client of [slow, slower, slower]) client.outlet.send(block(10))
  for (const n of [1, 2, 3]) await append(n, { tenant: 'nobody' })
  counters.connections = 7
  counters.errors['full'] = 2
  const stats = figures.read()
  expect(stats).toEqual({
    clients: 3,
    users: 2,
    topics: 2,
    queue: { events: 3, bytes: 30 },
    filtering: 7,
    ...createCounters(),
    connections: 7,
    errors: { full: 2 },
    log: { epoch: log.epoch, first: 2, head: 3, available: true },
    uptime: 1234,
  })
  expect(JSON.stringify(stats)).not.toMatch(/ada|bob|acme/)
})

it('figures that were given stay as they were', () => {
  const parts = stage()
  const { counters } = parts
  const stats = createStats(parts).read()
  counters.dropped.volatile++
  counters.replays.count++
  counters.endings.kicked++
  counters.errors['full'] = 1
  expect(stats).toMatchObject(createCounters())
  expect(stats.errors).toEqual({})
})

it('counts begin again after a reset, and so does the time', async () => {
  const parts = stage()
  const { clock, counters } = parts
  const stats = createStats(parts)
  counters.published = 3
  await clock.advance(100)
  expect(stats.read()).toMatchObject({ published: 3, uptime: 100 })
  stats.reset()
  expect(stats.read()).toMatchObject({ published: 0, uptime: 0 })
})
