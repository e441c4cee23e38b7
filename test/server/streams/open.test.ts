import { memoryMailbox } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { hubBench, ORIGIN } from '../../support/reader.ts'

describe('a stream that opens', () => {
  it('hears nothing more if an observer of its beginning ends it', async () => {
    const bench = hubBench({ onConnect: () => bench.hub.kick({ userId: 'ada' }) })
    const { text, ended } = await bench.stream('?user=ada')
    expect(text()).toBe('')
    expect(ended()).toBe('end')
    expect(bench.errors).toEqual([])
  })

  it('leaves nothing behind if its client leaves before it has begun', async () => {
    const bench = hubBench()
    await bench.hub.accept(new Request(ORIGIN), (_, { closed }) => {
      closed()
      return { write: () => true, end() {}, destroy() {} }
    })
    expect(bench.hub.stats()).toMatchObject({ clients: 0, users: 0, topics: 0, endings: { closed: 1 } })
    await bench.clock.advance(2000)
    expect(bench.clock.timers).toBe(0)
  })

  it('says how long to wait where that is wanted, by chance', async () => {
    const bench = hubBench({ retry: 2000 })
    expect((await bench.stream()).text()).toMatch(/^retry: 3000\nid: /)
    expect((await hubBench().stream()).text()).not.toContain('retry')
  })

  it('introduces the hub, tells a gap, sends what was missed, and is live', async () => {
    const { hub, stream } = hubBench()
    for (const n of [1, 2]) await hub.publish('n', n)
    const { epoch } = hub.stats().log
    const events = async (query: string) => (await stream(query)).events().map(({ type, id }) => [type, id])
    expect(await events(`?lastEventId=${epoch}-1`)).toEqual([
      ['connected', `${epoch}-1`],
      ['n', `${epoch}-2`],
      ['live', `${epoch}-2`],
    ])
    expect(await events('?lastEventId=otherlog-1')).toEqual([
      ['connected', undefined],
      ['gap', `${epoch}-2`],
      ['live', `${epoch}-2`],
    ])
    expect(await events('')).toEqual([
      ['connected', `${epoch}-2`],
      ['live', `${epoch}-2`],
    ])
    expect(hub.stats()).toMatchObject({ gaps: 1, replays: { count: 1, events: 1 }, connections: 3 })
  })

  it('has a first id in front of its mail, as long as that is not sent', async () => {
    const { hub, stream } = hubBench()
    await hub.toUser('ada', 'n', 1, { persistent: true })
    const { epoch } = hub.stats().log
    const [connected] = (await stream('?user=ada')).events()
    expect(connected).toMatchObject({ type: 'connected', id: `${epoch}.0-1`, data: { cursor: `${epoch}.0-1` } })
  })

  it('ends no process if its client has left when the mailbox fails', async () => {
    const store = { ...memoryMailbox(), list: () => Promise.reject(new Error('mine')) }
    const { hub, clock, errors } = hubBench({ mailbox: { store } })
    await hub.accept(new Request(`${ORIGIN}?user=ada`), (_, { closed }) => {
      closed()
      return { write: () => true, end() {}, destroy() {} }
    })
    await clock.settle()
    await new Promise((resolve) => setTimeout(resolve))
    expect([hub.stats().clients, errors]).toEqual([0, []])
  })

  it('is asked to come anew after maxAge, a fifth more or less by chance', async () => {
    const { hub, clock, stream } = hubBench({ maxAge: 1000, heartbeat: false })
    const { find } = await stream()
    await clock.advance(999)
    expect(find('goodbye')).toBeUndefined()
    await clock.advance(1)
    expect(find('goodbye')).toBeDefined()
    expect(hub.stats().clients).toBe(1)
  })
})
