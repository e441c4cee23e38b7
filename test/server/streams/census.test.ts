import { memoryRelay, type RelayMessage } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { hubBenches } from '../../support/hubs.ts'

/** Some nodes that have heard of each other. */
async function setup(count: number, options: Parameters<typeof hubBenches>[1] = {}) {
  const benches = hubBenches(count, options)
  await benches.clock.settle()
  const [here, there] = benches.nodes
  if (!here || !there) throw new Error('at least two')
  return { ...benches, here, there }
}

describe('limits.perUser in several processes', () => {
  const limits = { perUser: 3 }

  it('counts the streams of a user in all of them', async () => {
    const { here, there, clock } = await setup(2, { limits })
    const streams = [await here.stream('?user=ada'), await here.stream('?user=ada'), await there.stream('?user=ada')]
    await clock.advance(50)
    expect((await there.stream('?user=ada')).response.status).toBe(429)
    expect((await here.stream('?user=ada')).response.status).toBe(429)
    expect((await here.stream('?user=bob')).response.status).toBe(200)
    await streams[0]?.leave()
    await clock.advance(50)
    expect((await there.stream('?user=ada')).response.status).toBe(200)
  })

  it('knows the streams that were open before its process began', async () => {
    const { here, there, clock, start } = await setup(2, { limits })
    for (const node of [here, here, there]) await node.stream('?user=ada')
    const later = start()
    await clock.settle()
    expect((await later.stream('?user=ada')).response.status).toBe(429)
    expect((await later.stream('?user=bob')).response.status).toBe(200)
  })

  it('forgets the streams of a process that closes', async () => {
    const { here, there, clock } = await setup(2, { limits })
    for (const _ of [1, 2, 3]) await here.stream('?user=ada')
    await clock.advance(50)
    expect((await there.stream('?user=ada')).response.status).toBe(429)
    await here.hub.close()
    await clock.settle()
    expect((await there.stream('?user=ada')).response.status).toBe(200)
  })

  it('forgets the streams of a process that has been silent for 15 s, and learns them again', async () => {
    const relay = memoryRelay()
    let isCut = false
    const cut = { ...relay, send: (message: RelayMessage) => (isCut ? undefined : relay.send(message)) }
    const { here, there, clock } = await setup(2, { limits, relay: cut })
    for (const _ of [1, 2, 3]) await here.stream('?user=ada')
    await clock.advance(50)
    isCut = true
    await clock.advance(14_000)
    expect((await there.stream('?user=ada')).response.status).toBe(429)
    await clock.advance(7000)
    const alone = await there.stream('?user=ada')
    expect(alone.response.status).toBe(200)
    await alone.leave()
    isCut = false
    await clock.advance(6000)
    expect((await there.stream('?user=ada')).response.status).toBe(429)
  })

  it('tells thousands of users in a few messages', async () => {
    const messages: RelayMessage[] = []
    const relay = memoryRelay()
    relay.subscribe((message) => messages.push(message))
    const { here, clock } = await setup(2, { relay, limits: { clients: Infinity } })
    for (let n = 0; n < 5001; n++)
      await here.hub.accept(new Request(`http://hub.test/events?user=u${n}`), () => ({
        write: () => true,
        end() {},
        destroy() {},
      }))
    messages.length = 0
    await clock.advance(50)
    expect(messages.map(({ kind, list }) => [kind, (list as unknown[] | undefined)?.length])).toEqual([
      ['users', 5000],
      ['users', 1],
    ])
  })
})

describe('processes', () => {
  it('have the figures of each process, this one first', async () => {
    const { here, there, nodes, clock } = await setup(3)
    await here.stream('?user=ada')
    await here.hub.publish('n', 1)
    await clock.advance(5000)
    const seen = there.hub.processes()
    expect(seen.map(({ isThis, stats }) => [isThis, stats.clients, stats.published])).toEqual([
      [true, 0, 0],
      [false, 1, 1],
      [false, 0, 0],
    ])
    expect(new Set(nodes.flatMap(({ hub }) => hub.processes().map(({ id }) => id))).size).toBe(3)
    expect(seen.map(({ at }) => clock.now() - at <= 5000)).toEqual([true, true, true])
    await here.hub.close()
    await clock.settle()
    expect(there.hub.processes()).toHaveLength(2)
  })

  it('are this one alone without a relay, and no timer runs', async () => {
    const { nodes, clock } = hubBenches(1, { relay: undefined })
    expect(nodes[0]?.hub.processes()).toMatchObject([{ isThis: true, stats: { clients: 0 } }])
    expect(clock.timers).toBe(0)
  })
})
