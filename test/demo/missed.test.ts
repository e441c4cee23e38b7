import { describe, expect, it } from 'vitest'
import { listPublished } from '../../demo/server/missed.ts'
import { createHub, memoryLog } from '../../server/index.ts'

const ADA = { userId: 'ada', role: 'visitor', issued: 0, expires: 0 } as const

function setup(size = 100) {
  const log = memoryLog({ size })
  const hub = createHub<Record<string, unknown>>({ log, heartbeat: false })
  const published = (after: number, epoch = log.epoch) => listPublished(log, ADA, `${epoch}-${after}`)
  return { log, hub, published }
}

describe('the events that were published for a user', () => {
  it('are those for everyone, for the user and for the topics of the shop', async () => {
    const { hub, log, published } = setup()
    await hub.publish('notification', 1)
    await hub.toUser('ada', 'notification', 2)
    await hub.toUser('bjorn', 'notification', 3)
    await hub.toTopic('orders', 'order.created', 4)
    await hub.toTopic('admin', 'admin.report', 5)
    await hub.toTopic('jobs', 'job.progress', 6, { key: 'J-1' })
    expect(await published(0)).toEqual({
      cursor: `${log.epoch}-6`,
      isNew: false,
      entries: [{ seq: 1 }, { seq: 2 }, { seq: 4 }, { seq: 6, key: 'J-1' }],
    })
    expect(await published(5)).toMatchObject({ entries: [{ seq: 6, key: 'J-1' }] })
  })

  it('are none after the newest event, whose id stays the cursor', async () => {
    const { hub, log, published } = setup()
    await hub.publish('notification', 1)
    expect(await published(1)).toEqual({ cursor: `${log.epoch}-1`, isNew: false, entries: [] })
  })

  it('start again in a log of another epoch', async () => {
    const { hub, log, published } = setup()
    await hub.publish('notification', 1)
    expect(await published(0, 'another0')).toEqual({ cursor: `${log.epoch}-1`, isNew: true, entries: [] })
  })

  it('start again where the log has forgotten what follows the cursor', async () => {
    const { hub, log, published } = setup(2)
    for (let n = 0; n < 5; n++) await hub.publish('notification', n)
    expect(await published(2)).toEqual({ cursor: `${log.epoch}-5`, isNew: true, entries: [] })
    expect((await published(3)).entries).toEqual([{ seq: 4 }, { seq: 5 }])
  })
})
