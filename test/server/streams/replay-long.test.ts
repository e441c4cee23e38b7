import { type EventFilter, type EventLog, type LogEntry, memoryLog } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { createTurns } from '../../../server/streams/turns.ts'
import { lateLog } from '../../support/event-log.ts'
import { events, payloads, type Stage, stage, testSink } from '../../support/hub.ts'
import { fill, range, setup } from './replay-stage.ts'

describe('a long replay', () => {
  it('is read a hundred at a time, and written in as few writes as may be', async () => {
    const reads: unknown[] = []
    const inner = memoryLog()
    const log: EventLog = {
      ...lateLog(inner).log,
      epoch: inner.epoch,
      read(seq, limit) {
        reads.push([seq, limit])
        return inner.read(seq, limit)
      },
    }
    const parts = stage({ log })
    await fill(parts, 250)
    const { sink, run } = setup(parts)
    expect(await run()).toEqual({ events: 250, gap: false })
    expect(reads).toEqual([
      [0, 100],
      [100, 100],
      [200, 100],
    ])
    expect(payloads(sink)).toEqual(range(1, 250))
    // Three pages, and `live`.
    expect(sink.chunks).toHaveLength(4)
  })

  it('is written in pieces of at most 64 KiB', async () => {
    const parts = stage()
    for (let n = 0; n < 50; n++) await parts.append('x'.repeat(10_000))
    const { sink, run } = setup(parts)
    await run()
    const sizes = sink.chunks.map(({ length }) => length)
    // Fifty in sixes, and `live`.
    expect(sizes.slice(0, 8).every((size) => size > 60_000 && size <= 65_536)).toBe(true)
    expect(sizes).toHaveLength(10)
  })

  it('shares the bytes of a large event with every other client that has missed it', async () => {
    const parts = stage()
    await parts.append('x'.repeat(200_000))
    const clients = [setup(parts), setup(parts), setup(parts)]
    for (const { run } of clients) await run()
    const buffers = clients.map(({ sink }) => new Set(sink.chunks.slice(0, 4).map(({ buffer }) => buffer)))
    expect(new Set(buffers.flatMap((each) => [...each])).size).toBe(1)
    expect(payloads(clients[0]?.sink ?? testSink())).toEqual(['x'.repeat(200_000)])
  })

  it.each([false, true])(
    'does not prepare events that are for others, if the delivery is direct: %s',
    async (isDirect) => {
      const parts = stage()
      for (let n = 1; n <= 250; n++) await parts.append(n, { userId: n === 130 ? 'ada' : 'bob' })
      const prepared: number[] = []
      const delivery = {
        get place() {
          return parts.delivery.place
        },
        isDirect,
        parcelOf(entry: LogEntry) {
          prepared.push(entry.seq)
          return parts.delivery.parcelOf(entry)
        },
        bytesOf(entry: LogEntry, native: boolean) {
          prepared.push(entry.seq)
          return parts.delivery.bytesOf(entry, native)
        },
        delivered: (...given: Parameters<Stage['delivery']['delivered']>) => parts.delivery.delivered(...given),
      }
      const { run, sink, client } = setup(
        { ...parts, delivery: delivery as Stage['delivery'] },
        { principal: { userId: 'ada' } },
      )
      expect(await run()).toEqual({ events: 1, gap: false })
      expect([payloads(sink), prepared, client.after]).toEqual([[130], [130], 250])
    },
  )

  it('leaves the event loop to others after the write that ends its 10 ms, where nothing is filtered', async () => {
    let worked = 0
    const parts = stage()
    await fill(parts, 750)
    const turns = createTurns({ ...parts.clock, monotonic: () => worked })
    const { client, run, sink, clock } = setup(parts, {}, turns)
    const { write } = sink
    sink.write = (bytes) => {
      worked += 4
      return write(bytes)
    }
    const done = run()
    // A page to a write.
    const seen: unknown[] = []
    function other(): void {
      seen.push([payloads(sink).length, client.live])
      if (seen.length < 3) clock.setTimeout(other, 0)
    }
    await clock.settle()
    other()
    await clock.advance(0)
    expect(seen).toEqual([
      [300, false],
      [600, false],
      [750, true],
    ])
    expect([payloads(sink), await done]).toEqual([range(1, 750), { events: 750, gap: false }])
  })

  it('leaves the event loop to others every 10 ms, and becomes live where it has reached them', async () => {
    let worked = 0
    const filter: EventFilter = () => {
      worked++
      return true
    }
    const parts = stage({ filter })
    await fill(parts, 35)
    const turns = createTurns({ ...parts.clock, monotonic: () => worked })
    const { client, run, sink, clock } = setup(parts, {}, turns)
    const seen: unknown[] = []
    function other(): void {
      seen.push([payloads(sink).length, client.live])
      if (seen.length === 3) void parts.append(36)
      if (seen.length < 5) clock.setTimeout(other, 0)
    }
    const done = run()
    await clock.settle()
    other()
    await clock.advance(0)
    expect(seen).toEqual([
      [10, false],
      [20, false],
      [30, false],
      [36, true],
      [36, true],
    ])
    await parts.append(37)
    expect(payloads(sink)).toEqual(range(1, 37))
    expect([await done, clock.timers]).toEqual([{ events: 36, gap: false }, 0])
  })

  it('shares its turns with two hundred others', async () => {
    let worked = 0
    const filter: EventFilter = () => {
      worked++
      return true
    }
    const parts = stage({ filter })
    await fill(parts, 5)
    const turns = createTurns({ ...parts.clock, monotonic: () => worked })
    const clients = Array.from({ length: 200 }, () => setup(parts, {}, turns))
    const all = Promise.all(clients.map(({ run }) => run()))
    const { clock } = parts
    const seen: number[] = []
    function other(): void {
      seen.push(worked)
      if (worked < 1000) clock.setTimeout(other, 0)
    }
    await clock.settle()
    other()
    await clock.advance(0)
    await all
    expect(seen).toEqual(range(1, 100).map((turn) => 10 * turn))
    expect(clients.every(({ client }) => client.live)).toBe(true)
    expect(clock.timers).toBe(0)
  })

  it('does not make a client wait that has missed nothing', async () => {
    let worked = 0
    const parts = stage()
    const turns = createTurns({ ...parts.clock, monotonic: () => worked })
    turns.take(() => (worked += 10))
    const { client, run } = setup(parts, {}, turns)
    void run()
    expect(client.live).toBe(true)
  })

  it('goes on no faster than it is taken', async () => {
    const { log, reads, answer } = lateLog()
    const parts = stage({ log })
    await fill(parts, 250)
    const { client, sink, run, clock } = setup(parts, { room: 1 })
    run()
    answer()
    await clock.settle()
    expect([payloads(sink).length, reads.length]).toEqual([100, 0])
    expect(client.outlet.events).toBe(0)
    client.drain(1)
    await clock.settle()
    // Full again it asks for the next page, which it can take when that comes.
    expect(reads).toHaveLength(1)
    answer()
    await clock.settle()
    expect([payloads(sink).length, reads.length]).toEqual([200, 0])
    client.drain()
    await clock.settle()
    answer()
    await clock.settle()
    expect(payloads(sink)).toEqual(range(1, 250))
    expect(client.live).toBe(true)
  })

  it('keeps to the limit of events a second', async () => {
    const parts = stage()
    await fill(parts, 25)
    const { client, sink, run, clock } = setup(parts, { limits: { eventsPerSecond: 10 } })
    const done = run()
    expect(payloads(sink)).toEqual(range(1, 10))
    await clock.advance(1000)
    expect([payloads(sink), client.live]).toEqual([range(1, 20), false])
    await clock.advance(1000)
    expect([payloads(sink), client.live]).toEqual([range(1, 25), true])
    expect(await done).toEqual({ events: 25, gap: false })
  })

  it('takes along what happens meanwhile', async () => {
    const { log, answer } = lateLog()
    const parts = stage({ log })
    await fill(parts, 2)
    const { sink, run, clock, append } = setup(parts)
    const done = run()
    await append(3)
    answer()
    await append(4)
    await clock.settle()
    await append(5)
    answer()
    await clock.settle()
    expect(await done).toEqual({ events: 5, gap: false })
    await append(6)
    expect(payloads(sink)).toEqual(range(1, 6))
    expect(events(sink).map(([type]) => type)).toEqual(['n', 'n', 'n', 'n', 'n', 'live', 'n'])
  })
})
