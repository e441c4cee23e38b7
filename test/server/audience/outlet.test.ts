import fc from 'fast-check'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createOutlet } from '../../../server/audience/outlet.ts'
import type { Expendable, Losses } from '../../../server/audience/waiting.ts'
import { block, testSink } from '../../support/hub.ts'

function setup({ room = 1, queueBytes = 1000, queueEvents = 1000, eventsPerSecond = Infinity } = {}) {
  const clock = createClock()
  const sink = testSink(room)
  const losses: Losses = { volatile: 0, coalesced: 0 }
  const outlet = createOutlet(sink, { queueBytes, queueEvents, eventsPerSecond }, clock, losses)
  return {
    clock,
    sink,
    losses,
    outlet,
    /** Sends events of these sizes. */
    send: (...sizes: number[]) => sizes.map((size) => outlet.send(block(size))),
    sizes: () => sink.chunks.map(({ length }) => length),
    drain(more = Infinity) {
      sink.room = more
      outlet.drained()
    },
  }
}

describe('an outlet', () => {
  it('passes on what the socket takes, and keeps nothing of it', () => {
    const { outlet, send, sizes } = setup({ room: Infinity, queueBytes: 0, queueEvents: 0 })
    expect(send(1, 2000, 3)).toEqual([true, true, true])
    expect(sizes()).toEqual([1, 2000, 3])
    expect(outlet).toMatchObject({ blockedSince: undefined, events: 0, bytes: 0 })
  })

  it('keeps what comes after the write that was one too many, until the socket takes more', () => {
    const { outlet, send, sizes, drain, clock } = setup()
    send(1, 2, 3)
    expect(sizes()).toEqual([1])
    expect(outlet).toMatchObject({ blockedSince: clock.now(), events: 2, bytes: 5 })
    drain()
    expect(sizes()).toEqual([1, 2, 3])
    expect(outlet).toMatchObject({ blockedSince: undefined, events: 0, bytes: 0 })
    send(4)
    expect(sizes()).toEqual([1, 2, 3, 4])
  })

  it('gives the socket no more than it takes', () => {
    const { outlet, send, sizes, drain } = setup()
    send(1, 2, 3, 4)
    drain(2)
    expect(sizes()).toEqual([1, 2, 3])
    expect(outlet).toMatchObject({ events: 1, bytes: 4 })
    send(5)
    expect(sizes()).toEqual([1, 2, 3])
    drain(1)
    expect(sizes()).toEqual([1, 2, 3, 4])
    drain(1)
    expect(sizes()).toEqual([1, 2, 3, 4, 5])
    // Full after the last of them: what comes now waits all the same.
    send(6)
    expect(outlet).toMatchObject({ events: 1, bytes: 6 })
  })

  it('takes the time of a write from a caller that knows it, also where that write is one too many', async () => {
    const { outlet, drain, clock } = setup({ room: 2 })
    const start = clock.now()
    await clock.advance(50)
    outlet.send(block(1), {}, start + 20)
    expect(outlet).toMatchObject({ lastWriteAt: start + 20, blockedSince: undefined })
    outlet.send(block(1), {}, start + 30)
    expect(outlet).toMatchObject({ lastWriteAt: start + 30, blockedSince: start + 30 })
    outlet.send(block(1), {}, start + 40)
    drain()
    expect(outlet).toMatchObject({ lastWriteAt: start + 50, blockedSince: undefined })
  })

  it('says since when the socket takes nothing, and when it was written to last', async () => {
    const { outlet, send, drain, clock } = setup()
    const start = clock.now()
    expect([outlet.blockedSince, outlet.lastWriteAt]).toEqual([undefined, start])
    await clock.advance(100)
    send(1)
    expect([outlet.blockedSince, outlet.lastWriteAt]).toEqual([start + 100, start + 100])
    await clock.advance(100)
    send(2, 3)
    expect([outlet.blockedSince, outlet.lastWriteAt]).toEqual([start + 100, start + 100])
    drain(1)
    expect([outlet.blockedSince, outlet.lastWriteAt]).toEqual([start + 200, start + 200])
    await clock.advance(100)
    drain()
    expect([outlet.blockedSince, outlet.lastWriteAt]).toEqual([undefined, start + 300])
  })

  it('has no more wait than the limits say', () => {
    const byEvents = setup({ queueEvents: 2 })
    expect(byEvents.send(1, 1, 1, 1)).toEqual([true, true, true, false])
    const byBytes = setup({ queueBytes: 10 })
    expect(byBytes.send(1, 4, 6, 1)).toEqual([true, true, true, false])
    byBytes.drain(1)
    expect(byBytes.send(4, 1)).toEqual([true, false])
  })

  it('has an event that is larger than all the room wait alone, as it would never arrive otherwise', () => {
    const { send, sizes, drain } = setup({ queueBytes: 10 })
    expect(send(1, 50, 1)).toEqual([true, true, false])
    drain()
    expect(sizes()).toEqual([1, 50])
  })

  it('forgets what waits when it is closed', async () => {
    const { outlet, send, sizes, drain } = setup()
    send(1, 2, 3)
    const waiting = outlet.room()
    outlet.close()
    expect(outlet).toMatchObject({ events: 0, bytes: 0 })
    await waiting
    drain()
    expect(sizes()).toEqual([1])
  })
})

describe('room', () => {
  it('is there at once while the socket takes what comes', async () => {
    const { outlet, send } = setup({ room: Infinity })
    send(1)
    await expect(outlet.room()).resolves.toBeUndefined()
  })

  it('is there when nothing waits any more, for all who asked', async () => {
    const { outlet, send, drain, clock } = setup()
    const told: number[] = []
    send(1, 2, 3)
    for (const n of [1, 2]) outlet.room().then(() => told.push(n))
    drain(1)
    await clock.settle()
    expect(told).toEqual([])
    drain(1)
    await clock.settle()
    // The last has been written, but the socket was full after it.
    expect(told).toEqual([])
    drain()
    await clock.settle()
    expect(told).toEqual([1, 2])
    drain()
    await clock.settle()
    expect(told).toEqual([1, 2])
  })

  it('is there when the socket is full and nothing waits, once it takes more', async () => {
    const { outlet, send, drain, clock } = setup()
    const told: string[] = []
    send(1)
    outlet.room().then(() => told.push('room'))
    await clock.settle()
    expect(told).toEqual([])
    drain()
    await clock.settle()
    expect(told).toEqual(['room'])
  })
})

describe('an event with a key', () => {
  it('takes the place of the one that waits, at the end', () => {
    const { outlet, send, sizes, drain, losses } = setup()
    send(1)
    outlet.send(block(2), { key: 'a' })
    outlet.send(block(3), { key: 'b' })
    send(4)
    outlet.send(block(5), { key: 'a' })
    expect(outlet).toMatchObject({ events: 3, bytes: 12 })
    drain()
    expect(sizes()).toEqual([1, 3, 4, 5])
    expect(losses).toEqual({ volatile: 0, coalesced: 1 })
  })

  it('is sent each time while the socket takes what comes', () => {
    const { outlet, sizes, losses } = setup({ room: Infinity })
    for (const size of [1, 2, 3]) outlet.send(block(size), { key: 'a' })
    expect(sizes()).toEqual([1, 2, 3])
    expect(losses.coalesced).toBe(0)
  })

  it.each(['0', '1', '', '__proto__'])('%j is not taken for one without', (key) => {
    const { outlet, send, sizes, drain } = setup()
    send(1, 2, 3)
    outlet.send(block(4), { key })
    send(5)
    drain()
    expect(sizes()).toEqual([1, 2, 3, 4, 5])
  })

  it('finds room in place of the one that waits, also where there is no other', () => {
    const { outlet, send, sizes, drain } = setup({ queueEvents: 2, queueBytes: 10 })
    send(1, 5)
    expect(outlet.send(block(4), { key: 'a' })).toBe(true)
    expect(outlet.send(block(5), { key: 'a' })).toBe(true)
    expect(outlet.send(block(6), { key: 'a' })).toBe(false)
    drain()
    expect(sizes()).toEqual([1, 5])
  })
})

describe('a volatile event', () => {
  const gone: Expendable = { volatile: true }

  it('gives way to those that are not, the oldest first', () => {
    const { outlet, send, sizes, drain, losses } = setup({ queueEvents: 3 })
    send(1)
    outlet.send(block(2), gone)
    outlet.send(block(3), gone)
    expect(send(4, 5)).toEqual([true, true])
    expect(losses.volatile).toBe(1)
    drain()
    expect(sizes()).toEqual([1, 3, 4, 5])
  })

  it('gives way to newer ones of its kind', () => {
    const { outlet, send, sizes, drain, losses } = setup({ queueEvents: 2 })
    send(1)
    for (const size of [2, 3, 4, 5]) expect(outlet.send(block(size), gone)).toBe(true)
    expect(outlet.events).toBe(2)
    drain()
    expect(sizes()).toEqual([1, 4, 5])
    expect(losses.volatile).toBe(2)
  })

  it('is dropped where there is no room for it, and that is no reason to break off', () => {
    const { outlet, send, sizes, drain, losses } = setup({ queueEvents: 2 })
    send(1, 2, 3)
    expect(outlet.send(block(4), gone)).toBe(true)
    expect(outlet).toMatchObject({ events: 2, bytes: 5 })
    drain()
    expect(sizes()).toEqual([1, 2, 3])
    expect(losses.volatile).toBe(1)
  })

  it('gives way by bytes too, as many as are needed', () => {
    const { outlet, send, sizes, drain, losses } = setup({ queueBytes: 10 })
    send(1)
    for (const size of [3, 3, 3]) outlet.send(block(size), gone)
    expect(send(7)).toEqual([true])
    drain()
    expect(sizes()).toEqual([1, 3, 7])
    expect(losses.volatile).toBe(2)
  })

  it('is replaced by the next with its key like any other', () => {
    const { outlet, send, sizes, drain, losses } = setup({ queueEvents: 2 })
    send(1)
    for (const size of [2, 3, 4]) outlet.send(block(size), { ...gone, key: 'a' })
    expect(send(5, 6)).toEqual([true, true])
    drain()
    expect(sizes()).toEqual([1, 5, 6])
    expect(losses).toEqual({ coalesced: 2, volatile: 1 })
  })
})

describe('a limit of events a second', () => {
  const EVENT: Expendable = {}

  it('lets a second of events through at once, and keeps the rest for later, in order', async () => {
    const { outlet, sizes, clock } = setup({ room: Infinity, eventsPerSecond: 10 })
    for (let size = 1; size <= 25; size++) expect(outlet.send(block(size), EVENT)).toBe(true)
    expect(sizes()).toHaveLength(10)
    expect(outlet).toMatchObject({ events: 15, blockedSince: undefined, isOpen: false, isPaced: true })
    await clock.advance(500)
    expect(sizes()).toHaveLength(15)
    await clock.advance(1000)
    expect(sizes()).toEqual(Array.from({ length: 25 }, (_, n) => n + 1))
    await clock.advance(1000)
    expect([outlet.isOpen, clock.timers]).toEqual([true, 0])
  })

  it('does not count what the hub itself has to say, which keeps its place', async () => {
    const { outlet, send, sizes, clock } = setup({ room: Infinity, eventsPerSecond: 1 })
    send(1, 2, 3)
    outlet.send(block(4), EVENT)
    outlet.send(block(5), EVENT)
    send(6)
    expect(sizes()).toEqual([1, 2, 3, 4])
    await clock.advance(1000)
    expect(sizes()).toEqual([1, 2, 3, 4, 5])
    await clock.advance(1000)
    expect(sizes()).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('has events wait as for a slow client: newer by key, volatile given up, no more than may wait', async () => {
    const { outlet, sizes, clock, losses } = setup({ room: Infinity, eventsPerSecond: 1, queueEvents: 2 })
    outlet.send(block(1), EVENT)
    outlet.send(block(2), { volatile: true })
    outlet.send(block(3), { key: 'a' })
    outlet.send(block(4), { key: 'a' })
    expect(outlet.send(block(5), EVENT)).toBe(true)
    expect(outlet.send(block(6), EVENT)).toBe(false)
    expect(losses).toEqual({ volatile: 1, coalesced: 1 })
    await clock.advance(2000)
    expect(sizes()).toEqual([1, 4, 5])
  })

  it('goes on with the limit where the socket was full meanwhile', async () => {
    const { outlet, sizes, drain, clock } = setup({ room: 2, eventsPerSecond: 2 })
    for (const size of [1, 2, 3, 4]) outlet.send(block(size), EVENT)
    await clock.advance(10_000)
    expect(sizes()).toEqual([1, 2])
    drain()
    expect(sizes()).toEqual([1, 2, 3, 4])
    outlet.send(block(5), EVENT)
    expect(sizes()).toEqual([1, 2, 3, 4])
    drain()
    expect(sizes()).toEqual([1, 2, 3, 4])
    await clock.advance(500)
    expect(sizes()).toEqual([1, 2, 3, 4, 5])
  })

  it('has no room until the second is over, and leaves no timer behind', async () => {
    const { outlet, clock } = setup({ room: Infinity, eventsPerSecond: 1 })
    const told: string[] = []
    outlet.send(block(1))
    outlet.spend()
    outlet.room().then(() => told.push('room'))
    await clock.advance(999)
    expect(told).toEqual([])
    await clock.advance(1)
    expect(told).toEqual(['room'])
    outlet.spend()
    outlet.close()
    expect(clock.timers).toBe(0)
  })
})

describe('any writes to any socket', () => {
  const size = fc.integer({ min: 1, max: 30 })
  // A key is of one kind of event, as in an application: prices, or typing.
  const expendable: fc.Arbitrary<Expendable> = fc.oneof(
    fc.constant({}),
    fc.record({ key: fc.constantFrom('a', 'b') }),
    fc.constant({ volatile: true }),
    fc.record({ key: fc.constantFrom('c', 'd'), volatile: fc.constant(true) }),
  )
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ size, expendable }) },
    { weight: 1, arbitrary: fc.record({ room: fc.integer({ min: 1, max: 4 }) }) },
  )

  it('no more wait than may, in order, and nothing is lost that may not be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(step, { maxLength: 60 }),
        (queueEvents, queueBytes, steps) => {
          const { outlet, sink, drain, losses } = setup({ queueEvents, queueBytes })
          const sent: ({ readonly bytes: Uint8Array } & Expendable)[] = []
          /** What waits and may not be given up. */
          const owed = () =>
            sent.filter(({ bytes, key, volatile }, n) => {
              const replaced = key !== undefined && sent.slice(n + 1).some((each) => each.key === key)
              return !volatile && !replaced && !sink.chunks.includes(bytes)
            })
          for (const each of steps) {
            if ('room' in each) drain(each.room)
            else {
              const next = { bytes: block(each.size), ...each.expendable }
              if (!outlet.send(next.bytes, each.expendable)) {
                // The client is broken off now, and has the rest by its cursor. There was no room for it.
                expect(next.volatile).toBeFalsy()
                const others = owed().filter(({ key }) => key === undefined || key !== next.key)
                const bytes = others.reduce((sum, other) => sum + other.bytes.length, 0)
                const full = others.length >= queueEvents || (others.length > 0 && bytes + each.size > queueBytes)
                expect(full).toBe(true)
                return
              }
              sent.push(next)
            }
            expect(outlet.events).toBeLessThanOrEqual(queueEvents)
            if (outlet.events > 1) expect(outlet.bytes).toBeLessThanOrEqual(queueBytes)
            expect(outlet.events > 0 && outlet.blockedSince === undefined).toBe(false)
          }
          const owing = owed()
          drain()
          expect([outlet.events, outlet.bytes, outlet.blockedSince]).toEqual([0, 0, undefined])
          const places = sink.chunks.map((chunk) => sent.findIndex(({ bytes }) => bytes === chunk))
          expect(places).toEqual([...places].sort((a, b) => a - b))
          expect(new Set(places).size).toBe(places.length)
          for (const { bytes } of owing) expect(sink.chunks).toContain(bytes)
          expect(sink.chunks.length + losses.volatile + losses.coalesced).toBe(sent.length)
        },
      ),
      { numRuns: 500 },
    )
  })
})
