import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import type { Client } from '../../../server/audience/client.ts'
import { createRegistry } from '../../../server/audience/registry.ts'
import { createCounters } from '../../../server/observe/counters.ts'
import { FanOut, type Turn } from '../../../server/publish/fan-out.ts'
import { type Ask, createAsk, type EventFilter } from '../../../server/publish/filter.ts'
import { createParcels } from '../../../server/publish/parcels.ts'
import { payloads, testClient } from '../../support/hub.ts'

function setup({ filter, isWatched = false }: { filter?: EventFilter; isWatched?: boolean } = {}) {
  const clock = createClock()
  const registry = createRegistry()
  const counters = createCounters()
  const did: unknown[] = []
  const ask: Ask | undefined = filter && createAsk(filter, clock, 5000, () => {})
  const parcels = createParcels(ask, (error) => did.push(['failed', error]))
  let readings = 0
  const read = { ...clock, monotonic: () => ++readings && clock.now() }
  const fanOut = new FanOut(
    { registry, counters, clock: read, filterQueue: 10 },
    {
      overflowed: ({ id }) => did.push(['overflowed', id]),
      broken: ({ id }, error) => did.push(['broken', id, error]),
      isWatched: () => isWatched,
      delivered: ({ id }, parcel) => did.push(['delivered', id, parcel.id]),
    },
    3,
  )
  return {
    clock,
    counters,
    fanOut,
    did,
    readings: () => readings,
    join(client: Client) {
      registry.add(client)
      return client
    },
    /** An event whose payload is its number; 0 is volatile. */
    turn(seq: number, run = fanOut.run): Turn {
      const id = seq ? `x-${seq}` : ''
      const parcel = parcels.ofRecord({ type: 'n', json: `${seq}`, to: {}, at: 0 }, id)
      return { parcel, to: {}, seq, run, outcome: { id, delivered: 0 } }
    },
  }
}

describe('an event that is handed out', () => {
  it('moves the place on, and counts those who were given it, for itself and for the hub', () => {
    const { fanOut, counters, turn, join } = setup()
    const clients = [testClient(), testClient({ live: false }), testClient()]
    clients.forEach(join)
    const event = turn(4)
    fanOut.give(event)
    expect([event.outcome, counters.delivered, fanOut.run.place]).toEqual([{ id: 'x-4', delivered: 2 }, 2, 4])
    expect(clients.map(({ sink, sentSeq }) => [payloads(sink), sentSeq])).toEqual([
      [[4], 4],
      [[], 0],
      [[4], 4],
    ])
  })

  it('leaves the place alone if it is volatile', () => {
    const { fanOut, turn, join } = setup()
    const client = testClient()
    join(client)
    fanOut.give(turn(0))
    expect([payloads(client.sink), client.sentSeq, fanOut.run.place]).toEqual([[0], 0, 3])
  })

  it('has the clock read once, however many clients there are', async () => {
    const { fanOut, turn, join, clock, readings } = setup()
    // Their own clocks stand still.
    const clients = Array.from({ length: 5 }, () => testClient())
    clients.forEach(join)
    await clock.advance(70)
    const before = readings()
    fanOut.give(turn(4))
    expect(readings() - before).toBe(1)
    for (const { outlet, sentAt } of clients) expect([outlet.lastWriteAt, sentAt]).toEqual([clock.now(), clock.now()])
  })

  it.each([true, false])('is told to those who watch: %s', (isWatched) => {
    const { fanOut, turn, join, did } = setup({ isWatched })
    join(testClient({ id: 'c' }))
    fanOut.give(turn(4))
    expect(did).toEqual(isWatched ? [['delivered', 'c', 'x-4']] : [])
  })

  it('is given to nobody once the log has begun again, and moves no place', () => {
    const { fanOut, turn, join } = setup()
    const client = testClient()
    join(client)
    const old = turn(4)
    fanOut.restart(0)
    fanOut.give(old)
    expect([payloads(client.sink), old.outcome.delivered, fanOut.run.place]).toEqual([[], 0, 0])
  })
})

describe('a filter that begins the log again', () => {
  it.each([0, 1])('at client %i keeps the event from it and from those behind it, who are not asked', (at) => {
    const asked: string[] = []
    const { fanOut, turn, join } = setup({
      filter({ userId }) {
        asked.push(`${userId}`)
        if (userId === `${at}`) fanOut.restart(0)
        return true
      },
    })
    const clients = [0, 1].map((n) => testClient({ principal: { userId: `${n}` } }))
    clients.forEach(join)
    fanOut.give(turn(4))
    expect(asked).toEqual(['0', '1'].slice(0, at + 1))
    expect([clients.map(({ sink }) => payloads(sink).length), fanOut.run.place]).toEqual([[at, 0], 0])
  })
})

describe('an event that waits for the filter', () => {
  it('is handed over when it is allowed, at the time of that moment, and is told', async () => {
    let allow = (_: boolean): void => {}
    const filter: EventFilter = () =>
      new Promise((resolve) => {
        allow = resolve
      })
    const { fanOut, turn, join, clock, did, counters } = setup({ filter, isWatched: true })
    const client = testClient({ id: 'c', clock })
    join(client)
    const event = turn(4)
    fanOut.give(event)
    expect([fanOut.lines.waiting, fanOut.run.place, client.after]).toEqual([1, 4, 3])
    await clock.advance(50)
    allow(true)
    await clock.settle()
    expect([payloads(client.sink), client.sentAt, event.outcome.delivered]).toEqual([[4], clock.now(), 0])
    expect([did, counters.delivered]).toEqual([[['delivered', 'c', 'x-4']], 1])
  })

  it('is dropped when the log begins again, and the clients that lose it are named', () => {
    const { fanOut, turn, join } = setup({ filter: ({ userId }) => userId === 'ada' || new Promise(() => {}) })
    const [ada, bob] = [testClient({ principal: { userId: 'ada' } }), testClient()]
    for (const client of [ada, bob]) join(client)
    fanOut.give(turn(4))
    expect(fanOut.restart(0)).toEqual([bob])
    expect([fanOut.lines.waiting, payloads(ada.sink)]).toEqual([0, [4]])
  })
})

describe('a client that cannot be served', () => {
  it('is named, and the others get the event', () => {
    const { fanOut, turn, join, did } = setup()
    const slow = testClient({ id: 'slow', room: 1, limits: { queueEvents: 0 } })
    const broken = testClient({ id: 'broken' })
    broken.sink.write = () => {
      throw new Error('closed')
    }
    const last = testClient()
    for (const client of [slow, broken, last]) join(client)
    fanOut.give(turn(4))
    const event = turn(5)
    fanOut.give(event)
    expect(payloads(last.sink)).toEqual([4, 5])
    expect(event.outcome.delivered).toBe(1)
    expect(did).toEqual([
      ['broken', 'broken', new Error('closed')],
      ['overflowed', 'slow'],
      ['broken', 'broken', new Error('closed')],
    ])
  })
})
