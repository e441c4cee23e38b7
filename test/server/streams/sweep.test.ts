import { memoryLog } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { type Client, noteSeen } from '../../../server/audience/client.ts'
import { formatId } from '../../../server/log/cursor.ts'
import type { Streams } from '../../../server/streams/streams.ts'
import { createSweep } from '../../../server/streams/sweep.ts'
import { heard, stage, type TestClientOptions } from '../../support/hub.ts'

function setup({ heartbeat = 15_000, size = 1000, stall = 30_000, clientTimeout = 120_000 } = {}) {
  const parts = stage({ log: memoryLog({ size }) })
  const { clock, log, registry, delivery, join } = parts
  const did: unknown[] = []
  const streams = {
    send: (client: Client, frame: Uint8Array) => client.outlet.send(frame),
    look(client: Client) {
      if (client.outlet.look()) noteSeen(client, clock.now(), clock.now())
    },
    end(client: Client, why: string) {
      did.push(['end', client.id, why])
      registry.remove(client)
    },
    dismiss(client: Client, ms: number, why: string) {
      did.push(['dismiss', client.id, ms, why])
      client.leavesAt = Infinity
    },
  } as Partial<Streams> as Streams
  const settings = { clock, heartbeat, clientTimeout, limits: { stall }, log }
  const sweep = createSweep({ settings, registry, delivery, streams })
  return {
    ...parts,
    did,
    sweep,
    come(options: TestClientOptions = {}) {
      const client = join(options)
      sweep.watch(client)
      return client
    },
  }
}

describe('a round', () => {
  it('is made while somebody is there, with one timer for all', async () => {
    const { clock, registry, sweep, come } = setup()
    expect(clock.timers).toBe(0)
    const clients = [come(), come()]
    expect(clock.timers).toBe(1)
    await clock.advance(10_000)
    expect(clock.timers).toBe(1)
    for (const client of clients) registry.remove(client)
    await clock.advance(1000)
    expect(clock.timers).toBe(0)
    come()
    expect(clock.timers).toBe(1)
    sweep.stop()
    expect(clock.timers).toBe(0)
    come()
    expect(clock.timers).toBe(1)
  })

  it.each([
    [15_000, 1000],
    [4000, 1000],
    [2000, 500],
    [100, 25],
    [1, 1],
    [0, 1000],
  ])('comes, for a heartbeat of %i ms, every %i ms', async (heartbeat, every) => {
    // What has no time of its own is noticed with the next round.
    const { clock, come, did } = setup({ heartbeat, stall: 1 })
    come({ id: 'c1', room: 1 }).outlet.send(new Uint8Array(1))
    await clock.advance(every - 1)
    expect(did).toEqual([])
    await clock.advance(1)
    expect(did).toEqual([['end', 'c1', 'stalled']])
  })

  it('is in time for whatever has a time, also for who came in between', async () => {
    const { clock, did, come } = setup()
    come({ id: 'late', expiresAt: clock.now() + 1700 })
    await clock.advance(300)
    come({ id: 'soon', expiresAt: clock.now() + 50 })
    await clock.advance(49)
    expect(did).toEqual([])
    await clock.advance(1)
    expect(did).toEqual([['end', 'soon', 'expired']])
    expect(clock.timers).toBe(1)
    await clock.advance(1349)
    expect(did).toHaveLength(1)
    await clock.advance(1)
    expect(did[1]).toEqual(['end', 'late', 'expired'])
  })

  it('does for each client what is to be done', async () => {
    const { clock, did, come } = setup()
    const now = clock.now()
    come({ id: 'expires', expiresAt: now + 5000 })
    come({ id: 'leaves', leavesAt: now + 5000 })
    come({ id: 'drains', endsAt: now + 5000, leaving: 'drained' })
    come({ id: 'stalls', room: 1 }).outlet.send(new Uint8Array(1))
    come({ id: 'stays' })
    await clock.advance(4000)
    expect(did).toEqual([])
    await clock.advance(1000)
    expect(did).toEqual([
      ['end', 'expires', 'expired'],
      ['dismiss', 'leaves', 0, 'max-age'],
      ['end', 'drains', 'drained'],
    ])
    await clock.advance(25_000)
    expect(did.slice(3)).toEqual([['end', 'stalls', 'stalled']])
  })
})

describe('a sign of life', () => {
  it('comes after each silence, without an id that is no news', async () => {
    const { clock, come } = setup({ heartbeat: 5000 })
    const [plain, native] = [come(), come({ native: true })]
    await clock.advance(4999)
    expect([plain, native].map(({ sink }) => heard(sink))).toEqual([[], []])
    await clock.advance(1)
    const t = clock.now()
    await clock.advance(9999)
    const second = { t: t + 5000 }
    expect(heard(plain.sink)).toEqual([
      ['comment', 'ping'],
      ['comment', 'ping'],
    ])
    expect(heard(native.sink)).toEqual([
      ['block', 'ping', JSON.stringify({ t }), undefined],
      ['block', 'ping', JSON.stringify(second), undefined],
    ])
  })

  it('does not come while there is something to hear, unless that was long not for this client', async () => {
    const { clock, log, come, append } = setup({ heartbeat: 5000 })
    const [ada, bob] = [come({ principal: { userId: 'ada' } }), come()]
    for (const n of [1, 2, 3, 4, 5, 6]) {
      await append(n, { userId: 'ada' })
      await clock.advance(1000)
    }
    expect(heard(ada.sink).filter(([kind]) => kind === 'comment')).toEqual([])
    expect(heard(bob.sink)).toEqual([
      ['comment', 'ping'],
      ['block', 'message', undefined, formatId(log.epoch, 5)],
    ])
    expect(bob).toMatchObject({ sentSeq: 5, sentAt: clock.now() - 1000 })
  })

  it('comes early to a client that would fall out of the log, and says the place that all have reached', async () => {
    const { clock, log, come, append } = setup({ heartbeat: 0, size: 10 })
    const [ada, bob] = [come({ principal: { userId: 'ada' } }), come({ native: true })]
    const told = () => heard(bob.sink).flatMap((report) => (report[0] === 'block' ? [report[3]] : []))
    for (let n = 1; n <= 40; n++) {
      await append(n, { userId: 'ada' })
      await clock.advance(1000)
      // Whenever it breaks off, it can be gone on from.
      expect(bob.sentSeq).toBeGreaterThanOrEqual(log.first - 1)
    }
    expect(told()).toEqual([11, 16, 21, 26, 31, 36].map((n) => formatId(log.epoch, n)))
    expect(heard(ada.sink)).toHaveLength(40)
  })

  it('comes no more often where the log keeps nothing', async () => {
    const { clock, come, append } = setup({ heartbeat: 10_000, size: 0 })
    const { sink } = come()
    await append(1)
    await clock.advance(9000)
    expect(heard(sink).filter(([kind]) => kind === 'comment')).toEqual([])
  })
})

describe('a client that is given what it missed', () => {
  it.each([
    [false, ['comment', 'ping']],
    [true, ['block', 'ping', '{"t":1767225605000}', undefined]],
  ])('hears a sign of life without a place, native or not: %s', async (native, expected) => {
    const { clock, come, append } = setup({ heartbeat: 5000 })
    await append(1)
    const client = come({ live: false, native })
    await clock.advance(5000)
    expect(heard(client.sink)).toEqual([expected])
    expect(client.sentSeq).toBe(0)
    await clock.advance(4999)
    expect(client.sink.chunks).toHaveLength(1)
    await clock.advance(1)
    expect(client.sink.chunks).toHaveLength(2)
  })
})

describe('what a client has taken', () => {
  it('proves that it was there when that was written', async () => {
    const { clock, come } = setup({ heartbeat: 5000 })
    const start = clock.now()
    const client = come()
    await clock.advance(4000)
    expect(client.lastSeen).toBe(start)
    await clock.advance(2000)
    expect(client.lastSeen).toBe(start + 5000)
    // It takes nothing any more.
    client.sink.pending = () => 8
    await clock.advance(60_000)
    expect(client.lastSeen).toBe(start + 5000)
  })

  it('is looked for in time, however short the time is', async () => {
    const { clock, come, did } = setup({ heartbeat: 0, clientTimeout: 400 })
    const client = come({ id: 'c' })
    await clock.advance(1000)
    client.sink.pending = () => 1
    await clock.advance(399)
    expect(did).toEqual([])
    await clock.advance(101)
    expect(did).toEqual([['end', 'c', 'timeout']])
  })
})
