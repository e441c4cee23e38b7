import fc from 'fast-check'
import { type EventFilter, type EventLog, type LogEntry, type LogListener, memoryLog } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { selector } from '../../../server/audience/target.ts'
import { formatId, resume } from '../../../server/log/cursor.ts'
import { lateLog, logWith } from '../../support/event-log.ts'
import { block, events, heard, payloads, stage } from '../../support/hub.ts'
import { fill, range, setup } from './replay-stage.ts'

describe('a client that has missed nothing', () => {
  it('is live at once', async () => {
    const parts = stage()
    await fill(parts, 3)
    const { log, client, sink, run, append } = setup(parts, { after: 3 })
    const done = run()
    expect(client).toMatchObject({ live: true, sentSeq: 3 })
    await append(4)
    expect(await done).toEqual({ events: 0, gap: false })
    const id = formatId(log.epoch, 3)
    expect(heard(sink).slice(0, 2)).toEqual([
      ['block', 'live', JSON.stringify({ cursor: id }), id],
      ['block', 'n', '4', formatId(log.epoch, 4)],
    ])
    expect(payloads(sink)).toEqual([4])
  })
})

describe('a client that has missed something', () => {
  it('is given that, with its ids, and then what happens', async () => {
    const parts = stage()
    await fill(parts, 5)
    const { log, client, sink, run, append } = setup(parts, { after: 2 })
    expect(await run()).toEqual({ events: 3, gap: false })
    await append(6)
    const own = (n: number) => ['block', 'n', `${n}`, formatId(log.epoch, n)]
    const cursor = formatId(log.epoch, 5)
    expect(heard(sink).filter(([kind]) => kind === 'block')).toEqual([
      own(3),
      own(4),
      own(5),
      ['block', 'live', JSON.stringify({ cursor }), cursor],
      own(6),
    ])
    expect(client).toMatchObject({ live: true, after: 5, sentSeq: 6 })
  })

  it('is given only what is for it and what the filter lets through, and is past the rest', async () => {
    const asked: unknown[] = []
    const filter: EventFilter = ({ userId }, { data }) => {
      asked.push([userId, data])
      return data !== 4
    }
    const parts = stage({ filter })
    for (const [n, userId] of ['bob', 'ada', 'bob', 'ada', 'ada', 'bob'].entries())
      await parts.append(n + 1, { userId })
    const { client, sink, run } = setup(parts, { principal: { userId: 'ada' } })
    expect(await run()).toEqual({ events: 2, gap: false })
    expect(payloads(sink)).toEqual([2, 5])
    expect(client.after).toBe(6)
    expect(asked).toEqual([
      ['ada', 2],
      ['ada', 4],
      ['ada', 5],
    ])
  })

  it('is given nothing that is older than its principal may have, and that is no gap', async () => {
    const parts = stage()
    for (const n of range(1, 4)) {
      await parts.append(n)
      await parts.clock.advance(1000)
    }
    const { client, sink, run } = setup(parts, { since: parts.clock.now() - 2000 })
    expect(await run()).toEqual({ events: 2, gap: false })
    expect([payloads(sink), client.after]).toEqual([[3, 4], 4])
  })

  it('gets topics in the way that it hears', async () => {
    const parts = stage()
    await parts.append(1, { topic: 'a' })
    const options = { topics: ['a'] }
    const [plain, native] = [setup(parts, options), setup(parts, { ...options, native: true })]
    await plain.run()
    await native.run()
    expect(heard(plain.sink).slice(0, 2)).toEqual([
      ['comment', 'topic a'],
      ['block', 'n', '1', formatId(parts.log.epoch, 1)],
    ])
    expect(heard(native.sink)[0]).toEqual(['block', 'ping', '{"topic":"a","event":"n"}', undefined])
  })

  it('is not counted among those that an event was delivered to', async () => {
    const parts = stage()
    await fill(parts, 2)
    await setup(parts).run()
    expect(parts.counters.delivered).toBe(0)
  })
})

describe('a replay that is slower than the log is long', () => {
  it.each([
    [
      ['a', 'b.*'],
      ['a', 'b.*'],
    ],
    [[], ['*']],
  ])('ends with a gap, and goes on from now: joined to %j it concerns %j', async (topics, concern) => {
    const { log, answer } = lateLog(memoryLog({ size: 4 }))
    const parts = stage({ log })
    await fill(parts, 4)
    const { client, sink, run, clock, append } = setup(parts, { topics })
    const done = run()
    answer()
    for (const n of range(5, 10)) await append(n)
    await clock.settle()
    answer()
    expect(await done).toEqual({ events: 4, gap: true })
    await append(11)
    const at = (n: number): string => formatId(log.epoch, n)
    expect(events(sink)).toEqual([
      ...range(1, 4).map((n) => ['n', n]),
      ['gap', { reason: 'expired', requested: at(4), resumedFrom: at(10), topics: concern }],
      ['live', { cursor: at(10) }],
      ['n', 11],
    ])
    const ofGap = heard(sink).filter(([, type]) => type === 'gap')
    expect(ofGap).toMatchObject([['block', 'gap', expect.anything(), at(10)]])
    expect(client).toMatchObject({ after: 10, live: true })
  })

  it('has no gap to tell of where its stream ends over what it misses', async () => {
    const { log, answer } = lateLog(memoryLog({ size: 4 }))
    const parts = stage({ log })
    await fill(parts, 4)
    const { client, sink, run, clock, append } = setup(parts, {}, undefined, (missing) => {
      missing.ended = 'overflow'
    })
    const done = run()
    answer()
    for (const n of range(5, 10)) await append(n)
    await clock.settle()
    answer()
    expect(await done).toEqual({ events: 4, gap: false })
    expect(payloads(sink)).toEqual(range(1, 4))
    expect(client).toMatchObject({ after: 4, live: false })
  })

  it('ends with one gap though the client takes nothing and the log goes on', async () => {
    const parts = stage({ log: memoryLog({ size: 1 }) })
    await fill(parts, 1)
    const early = lateLog(parts.log)
    const { client, sink, run, append } = setup({ ...parts, log: early.log }, { after: 0, room: 1 })
    const done = run()
    await append(2)
    early.answer()
    await parts.clock.settle()
    await append(3)
    client.drain()
    expect(await done).toEqual({ events: 0, gap: true })
    expect(events(sink).map(([type]) => type)).toEqual(['gap', 'live', 'n'])
    expect(payloads(sink)).toEqual([3])
  })

  it('is one that nothing is left for, too', async () => {
    const { log, answer } = lateLog(memoryLog({ size: 0 }))
    const parts = stage({ log })
    await fill(parts, 2)
    const { sink, run } = setup(parts)
    const done = run()
    answer()
    expect(await done).toEqual({ events: 0, gap: true })
    expect(events(sink).map(([type]) => type)).toEqual(['gap', 'live'])
  })
})

describe('the end of a replay', () => {
  it('comes when its client has left, whatever the log still answers', async () => {
    const { log, answer } = lateLog()
    const parts = stage({ log })
    await fill(parts, 2)
    const { client, sink, run } = setup(parts)
    const done = run()
    client.ended = 'closed'
    answer()
    expect(await done).toEqual({ events: 0, gap: false })
    expect(sink.chunks).toEqual([])
    expect(client.live).toBe(false)
  })

  it('comes when its client leaves while it is waited for', async () => {
    const parts = stage()
    await fill(parts, 250)
    const { client, sink, run } = setup(parts, { room: 1 })
    const done = run()
    client.ended = 'stalled'
    client.outlet.close()
    expect((await done).events).toBe(100)
    expect(sink.chunks).toHaveLength(1)
    expect(client.live).toBe(false)
  })

  it('is not that its client is too far behind: it begins when there is room', async () => {
    const parts = stage()
    await fill(parts, 250)
    const { client, sink, run } = setup(parts, { room: 1, limits: { queueEvents: 1 } })
    // What waits already leaves no room.
    for (const _ of [1, 2]) client.outlet.send(block(1))
    const done = run()
    expect([client.ended, sink.chunks.length]).toEqual([undefined, 1])
    client.drain()
    await done
    expect([payloads(sink), client.live]).toEqual([range(1, 250), true])
  })

  it('comes without a gap of its own when the log begins again', async () => {
    const { log, answer } = lateLog()
    const parts = stage({ log })
    await fill(parts, 2)
    const { client, sink, run } = setup(parts)
    const done = run()
    log.reset()
    answer()
    expect(await done).toEqual({ events: 0, gap: false })
    expect([sink.chunks, client.live]).toEqual([[], false])
  })

  it.each<[what: string, read: EventLog['read']]>([
    [
      'throws',
      () => {
        throw new Error('disk')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk'))],
  ])('is an error if the log %s', async (_, read) => {
    const inner = memoryLog()
    const parts = stage({ log: { ...lateLog(inner).log, epoch: inner.epoch, read } })
    await fill(parts, 1)
    const { client, run } = setup(parts)
    await expect(run()).rejects.toThrow('disk')
    expect(client.live).toBe(false)
  })
})

describe('a log and a client of any speed', () => {
  /** Entries are in the log, and can be read, before anybody is told of them: another process has written them. */
  function earlyLog(inner: EventLog) {
    const untold: LogEntry[] = []
    const listeners = new Set<LogListener>()
    inner.subscribe({ entry: (entry) => untold.push(entry), reset() {} })
    const log = logWith(
      {
        subscribe(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      },
      inner,
    )
    return {
      log,
      tell() {
        const entry = untold.shift()
        if (entry) for (const listener of listeners) listener.entry(entry)
        return entry !== undefined
      },
    }
  }

  const userId = fc.constantFrom('ada', 'bob', undefined)
  const target = userId.map((user) => (user ? { userId: user } : {}))
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ does: fc.constant('publish' as const), target, length: fc.nat(40) }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('drain' as const), room: fc.integer({ min: 1, max: 3 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ does: fc.constantFrom('answer' as const, 'tell' as const, 'settle' as const) }),
    },
  )

  const scenario = fc.record({
    size: fc.oneof(fc.nat(8), fc.constant(1000)),
    written: fc.array(target, { maxLength: 150 }),
    missed: fc.oneof(fc.nat(10), fc.nat(150)),
    room: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom('memory', 'late', 'early', 'late and early'),
    steps: fc.array(step, { maxLength: 40 }),
  })

  it('lead to each event once and in order, or to a gap', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ size, written, missed, room, kind, steps }) => {
        const inner = memoryLog({ size })
        const early = kind.includes('early') ? earlyLog(inner) : undefined
        const late = kind.includes('late') ? lateLog(early?.log ?? inner) : undefined
        const parts = stage({ log: late?.log ?? early?.log ?? inner })
        const { append, clock, log } = parts
        const entries: LogEntry[] = []
        inner.subscribe({ entry: (entry) => entries.push(entry), reset() {} })
        for (const each of written) await append('', each)
        while (early?.tell()) {}

        const cursor = Math.max(log.head - missed, 0)
        const { recovered, after } = resume(formatId(log.epoch, cursor), log, false)
        const { client, sink, run } = setup(parts, { principal: { userId: 'ada' }, after, room })
        const done = run()
        for (const each of steps) {
          if (each.does === 'publish') await append('x'.repeat(each.length * 100), each.target)
          else if (each.does === 'drain') client.drain(each.room)
          else if (each.does === 'answer') late?.answer()
          else if (each.does === 'tell') early?.tell()
          else await clock.settle()
        }
        while (!client.live) {
          client.drain()
          late?.answer()
          await clock.settle()
        }
        while (early?.tell()) {}
        client.drain()
        const { gap } = await done

        const seqOf = (id: unknown): number => Number(`${id}`.split('-')[1])
        const got: number[] = []
        let [lostFrom, lostTo] = [0, 0]
        for (const report of heard(sink)) {
          if (report[0] !== 'block') continue
          const [, type, data, id] = report
          if (type === 'n') got.push(seqOf(id))
          if (type !== 'gap' || data === undefined) continue
          const notice = JSON.parse(data)
          ;[lostFrom, lostTo] = [seqOf(notice.requested), seqOf(notice.resumedFrom)]
          expect(got.every((seq) => seq <= lostFrom)).toBe(true)
        }
        const own = entries.filter((entry) => entry.seq > after && selector(entry.to)(client)).map(({ seq }) => seq)
        expect(got).toEqual(own.filter((seq) => seq <= lostFrom || seq > lostTo))
        expect(events(sink).filter(([type]) => type === 'live')).toHaveLength(1)
        expect(events(sink).filter(([type]) => type === 'gap')).toHaveLength(gap ? 1 : 0)
        // Only what the log has thrown away may be lost.
        if (size === 1000) expect([recovered, gap]).toEqual([true, false])
      }),
      { numRuns: 200 },
    )
  })
})
