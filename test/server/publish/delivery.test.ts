import fc from 'fast-check'
import { type EventFilter, type LogRecord, memoryLog, type PublishTarget } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'
import { checkTarget, selector } from '../../../server/audience/target.ts'
import { formatId } from '../../../server/log/cursor.ts'
import { heard, payloads, stage, type TestClient } from '../../support/hub.ts'

const record = (data: unknown, to: LogRecord['to'] = {}): LogRecord => ({
  type: 'n',
  json: JSON.stringify(data),
  to,
  at: 0,
})

describe('an event that is written down', () => {
  it('goes to the clients that it is for, with its id', async () => {
    const { log, delivery, counters, join, append } = stage()
    const [ada, bob] = [join({ principal: { userId: 'ada' }, topics: ['a.*'] }), join({ native: true, topics: ['*'] })]
    await append(1, { userId: 'ada' })
    await append(2, { topic: 'a.b' })
    const id = formatId(log.epoch, 2)
    expect(heard(ada.sink)).toEqual([
      ['block', 'n', '1', formatId(log.epoch, 1)],
      ['comment', 'topic a.b'],
      ['block', 'n', '2', id],
    ])
    expect(heard(bob.sink)).toEqual([
      ['block', 'ping', '{"topic":"a.b","event":"n"}', undefined],
      ['block', 'n', '2', id],
    ])
    expect(delivery.place).toBe(2)
    expect(counters.delivered).toBe(3)
  })

  it('is made bytes of once, for all and for those who come back', async () => {
    const { log, delivery, join, append } = stage()
    const [one, other] = [join(), join()]
    const claim = delivery.outcomes.claim()
    const entry = await append(1)
    expect(one.sink.chunks[0]).toBe(other.sink.chunks[0])
    expect(delivery.parcelOf(entry).bytes(false)).toBe(one.sink.chunks[0])
    // A parcel of its own: who comes back is not among those that it was delivered to.
    expect(delivery.parcelOf(entry).id).toBe(formatId(log.epoch, 1))
    expect(claim.take(entry.seq)).toEqual({ id: formatId(log.epoch, 1), delivered: 2 })
  })

  it('does not go to clients that are not live, have had it, or have left', async () => {
    const { delivery, counters, join, append } = stage()
    const clients = [join({ live: false }), join({ after: 1 }), join({ ended: 'closed' }), join({ after: 0 })]
    const claim = delivery.outcomes.claim()
    const { seq } = await append(1)
    expect(clients.map(({ sink }) => payloads(sink))).toEqual([[], [], [], [1]])
    expect([counters.delivered, claim.take(seq)?.delivered]).toEqual([1, 1])
    await append(2)
    expect(clients.map(({ sink }) => payloads(sink))).toEqual([[], [2], [], [1, 2]])
  })

  it('costs no look at those who have nothing to do with it', async () => {
    const { join, append } = stage()
    let looks = 0
    const bob = join({ principal: { userId: 'bob' } })
    Object.defineProperty(bob, 'after', { get: () => looks++ && 0 })
    await append(1, { userId: 'ada' })
    expect(looks).toBe(0)
    await append(2, { userId: 'bob' })
    expect(looks).toBe(1)
  })

  it('is noted with those who were given it, and not with the others', async () => {
    const { clock, join, append } = stage()
    const start = clock.now()
    const [ada, bob] = [join({ principal: { userId: 'ada' } }), join()]
    await clock.advance(100)
    await append(1, { userId: 'ada' })
    expect(ada).toMatchObject({ sentSeq: 1, sentAt: start + 100 })
    expect(bob).toMatchObject({ sentSeq: 0, sentAt: start })
  })

  it('is begun with where the log is', async () => {
    const log = memoryLog()
    for (const n of [1, 2]) log.append(record(n))
    const { delivery, join, append } = stage({ log })
    expect(delivery.place).toBe(2)
    const { sink } = join({ after: 2 })
    await append(3)
    expect([payloads(sink), delivery.place]).toEqual([[3], 3])
  })

  it('is heard of no more once that has been stopped', async () => {
    const { delivery, join, append } = stage()
    const { sink } = join()
    delivery.stop()
    await append(1)
    expect([payloads(sink), delivery.place]).toEqual([[], 0])
  })
})

describe('a delivery', () => {
  it.each<[isWatched: boolean, filter: EventFilter | undefined, isDirect: boolean]>([
    [false, undefined, true],
    [true, undefined, false],
    [false, () => true, false],
    [true, () => true, false],
  ])('is direct where nobody watches and nothing is filtered: watched %s, %s', (isWatched, filter, isDirect) => {
    const { delivery } = stage({ isWatched, ...(filter && { filter }) })
    expect(delivery.isDirect).toBe(isDirect)
  })

  it('has the bytes of an entry that nobody was sent, and of one that somebody was', async () => {
    const { delivery, append, join } = stage()
    const first = await append(1)
    expect(delivery.bytesOf(first, false)).toBe(delivery.parcelOf(first).bytes(false))
    const { sink } = join({ after: 1 })
    const second = await append(2)
    expect(delivery.bytesOf(second, true)).toBe(sink.chunks[0])
  })
})

describe('the result of an event', () => {
  it('is kept for a publish that waits for its number', async () => {
    const { log, delivery, join, append } = stage()
    for (const _ of [1, 2, 3]) join()
    const claim = delivery.outcomes.claim()
    const { seq } = await append(1)
    expect(claim.take(seq)).toEqual({ id: formatId(log.epoch, 1), delivered: 3 })
  })

  it('is forgotten when the log begins again', async () => {
    const { log, delivery, append } = stage()
    const claim = delivery.outcomes.claim()
    const { seq } = await append(1)
    log.reset()
    expect(claim.take(seq)).toBeUndefined()
  })
})

describe('a client that cannot take an event', () => {
  it('is given up if it is too far behind, and costs nobody else anything', async () => {
    const { ended, failures, counters, delivery, join, append } = stage()
    const slow = join({ id: 'slow', room: 1, limits: { queueEvents: 1 } })
    const { sink } = join()
    await append(1)
    await append(2)
    expect(ended).toEqual([])
    const claim = delivery.outcomes.claim()
    const { seq } = await append(3)
    expect(ended).toEqual([['slow', 'overflow']])
    expect(claim.take(seq)?.delivered).toBe(1)
    await append(4)
    expect(payloads(sink)).toEqual([1, 2, 3, 4])
    expect(payloads(slow.sink)).toEqual([1])
    // What waited counts as delivered: it was, as far as anybody can know here.
    expect(counters.delivered).toBe(6)
    expect(slow.sentSeq).toBe(2)
    expect(failures).toEqual([])
  })

  it('is given up if what carries it throws, and costs nobody else anything', async () => {
    const { ended, failures, counters, join, append } = stage()
    const broken = join({ id: 'broken' })
    broken.sink.write = () => {
      throw new Error('closed')
    }
    const { sink } = join()
    await append(1)
    await append(2)
    expect(ended).toEqual([['broken', 'error']])
    expect(failures).toEqual([new Error('closed')])
    expect(payloads(sink)).toEqual([1, 2])
    expect(counters.delivered).toBe(2)
  })
})

describe('a principal that throws when it is read', () => {
  it('costs its own client the stream, and nobody else an event', async () => {
    const { ended, failures, join, append, delivery } = stage()
    const hostile = {
      get tenant(): string {
        throw new Error('gone')
      },
    }
    join({ id: 'hostile', principal: hostile })
    const { sink } = join({ principal: { tenant: 't' } })
    for (const n of [1, 2]) await append(n, { tenant: 't' })
    expect([payloads(sink), delivery.place]).toEqual([[1, 2], 2])
    expect([ended, failures]).toEqual([[['hostile', 'error']], [new Error('gone')]])
  })
})

describe('a filter', () => {
  it('may publish: every client gets both events in the same order', async () => {
    const more = { 1: [2, 3], 2: [4] } as Readonly<Record<number, readonly number[]>>
    const asked = new Set<unknown>()
    const filter: EventFilter = (_, { data }) => {
      if (!asked.has(data)) for (const next of more[data as number] ?? []) append(next)
      asked.add(data)
      return true
    }
    const { join, append, delivery } = stage({ filter })
    const clients = [join(), join(), join()]
    await append(1)
    for (const { sink } of clients) expect(payloads(sink)).toEqual([1, 2, 3, 4])
    expect(delivery.place).toBe(4)
  })

  it('may end a client, which gets nothing more', async () => {
    const filter: EventFilter = () => {
      client.ended = 'kicked'
      return true
    }
    const { join, append, counters } = stage({ filter })
    const client: TestClient = join()
    await append(1)
    expect(payloads(client.sink)).toEqual([])
    expect(counters.delivered).toBe(0)
  })

  it('is not asked about clients that are not live, or have left', async () => {
    const filter = vi.fn(() => true)
    const { join, append } = stage({ filter })
    join({ live: false })
    join({ ended: 'closed' })
    await append(1)
    expect(filter).not.toHaveBeenCalled()
  })

  it('keeps the event from a client by an error, which is reported once', async () => {
    const { join, append, failures, ended, delivery } = stage({
      filter({ userId }) {
        if (userId !== 'ada') throw new Error('oops')
        return true
      },
    })
    const clients = [join(), join(), join({ principal: { userId: 'ada' } })]
    await append(1)
    expect(clients.map(({ sink }) => payloads(sink))).toEqual([[], [], [1]])
    expect(failures).toEqual([new Error('oops')])
    delivery.handOut(record(2))
    expect(failures).toHaveLength(2)
    expect(ended).toEqual([])
  })
})

describe('a filter that answers with a promise', () => {
  it('holds back the later events of its client, volatile ones too, and of nobody else', async () => {
    let release = (_: boolean): void => {}
    const filter: EventFilter = ({ userId }, { data }) =>
      userId === 'ada' && data === 1
        ? new Promise((resolve) => {
            release = resolve
          })
        : data !== 3
    const { delivery, counters, clock, join, append } = stage({ filter })
    const [ada, bob] = [join({ principal: { userId: 'ada' } }), join()]
    const claim = delivery.outcomes.claim()
    const { seq } = await append(1)
    expect(claim.take(seq)?.delivered).toBe(1)
    expect(delivery.handOut(record(2))).toMatchObject({ delivered: 1 })
    await append(3)
    await append(4)
    expect([payloads(ada.sink), payloads(bob.sink), delivery.waiting]).toEqual([[], [1, 2, 4], 3])
    expect([delivery.place, delivery.placeOf(bob), delivery.placeOf(ada)]).toEqual([3, 3, 0])
    release(true)
    await clock.settle()
    expect([payloads(ada.sink), delivery.waiting, delivery.placeOf(ada)]).toEqual([[1, 2, 4], 0, 3])
    expect(ada.sentSeq).toBe(3)
    expect(counters.delivered).toBe(6)
  })

  it('does not send an event whose answer comes after the log has begun again', async () => {
    let release = (_: boolean): void => {}
    const filter: EventFilter = () =>
      new Promise((resolve) => {
        release = resolve
      })
    const { log, delivery, clock, join, append } = stage({ filter })
    const { sink } = join()
    await append(1)
    log.reset()
    release(true)
    await clock.settle()
    expect([payloads(sink), delivery.waiting]).toEqual([[], 0])
  })

  it('counts those that came too late', async () => {
    const { counters, failures, clock, join, append } = stage({
      filter: () => new Promise(() => {}),
      limits: { filterTimeout: 100 },
    })
    for (const _ of [1, 2]) join()
    await append(1)
    await clock.advance(100)
    expect(counters.filterTimeouts).toBe(2)
    expect(failures).toEqual([expect.objectContaining({ name: 'TimeoutError' })])
  })
})

describe('an event that is in no log', () => {
  it('goes to clients that are live, without an id, and moves no cursor', () => {
    const { delivery, counters, join } = stage()
    const clients = [join({ topics: ['a'] }), join({ live: false, topics: ['a'] }), join({ after: 99, topics: ['a'] })]
    expect(delivery.handOut(record(1, { topic: 'a' }))).toEqual({ id: '', delivered: 2 })
    const event = [
      ['comment', 'topic a'],
      ['block', 'n', '1', undefined],
    ]
    expect(clients.map(({ sink }) => heard(sink))).toEqual([event, [], event])
    expect(counters.delivered).toBe(2)
    expect([delivery.place, clients[0]?.sentSeq]).toEqual([0, 0])
  })

  it('has its turn after the event that is being filtered', async () => {
    const filter: EventFilter = (_, { data }) => {
      if (data === 1 && !asked) {
        asked = true
        append(2)
        // Its turn is still to come.
        expect(delivery.handOut(record(3)).delivered).toBe(0)
        outcome = delivery.handOut(record(4))
      }
      return true
    }
    let asked = false
    let outcome: unknown
    const { delivery, join, append } = stage({ filter })
    const clients = [join(), join()]
    await append(1)
    // The log gives out 2 when it is done with 1.
    for (const { sink } of clients) expect(payloads(sink)).toEqual([1, 3, 4, 2])
    expect(outcome).toEqual({ id: '', delivered: 2 })
  })

  it('gives way where there is no room, and breaks nobody off', () => {
    const { delivery, counters, ended, join } = stage()
    const slow = join({ room: 1, limits: { queueEvents: 1 } })
    for (const n of [1, 2, 3]) delivery.handOut(record(n))
    expect(ended).toEqual([])
    slow.drain()
    expect(payloads(slow.sink)).toEqual([1, 3])
    expect(counters.dropped.volatile).toBe(1)
  })
})

describe('a log that begins again', () => {
  it('is reported once it has begun, and its numbers begin again', async () => {
    const { log, delivery, restarts, join, append } = stage()
    const client = join()
    await append(1)
    await append(2)
    log.reset()
    expect(restarts).toEqual([log.epoch])
    expect(delivery.place).toBe(0)
    await append(3)
    expect(heard(client.sink).at(-1)).toEqual(['block', 'n', '3', formatId(log.epoch, 1)])
  })

  it('has nobody hear the event that was being filtered, nor what waited behind it', async () => {
    const filter: EventFilter = (_, { data }) => {
      if (data === 1) {
        append(2)
        log.reset()
      }
      return true
    }
    const { log, join, append } = stage({ filter })
    const { sink } = join()
    await append(1)
    await append(3)
    expect(payloads(sink)).toEqual([3])
  })
})

describe('any clients and any events', () => {
  const name = fc.constantFrom('a', 'b')
  const topic = fc.constantFrom('x', 'x.y', 'z')
  const target: fc.Arbitrary<PublishTarget> = fc.oneof(
    fc.record({ topic, userId: name, tenant: name }, { requiredKeys: [] }),
    fc.record({ resource: topic, except: name }, { requiredKeys: [] }),
    fc.record({ sessionIds: fc.array(name), clientIds: fc.array(name) }, { requiredKeys: [] }),
  )
  const options = fc.record({
    principal: fc.record({ userId: name, sessionId: name, tenant: name }, { requiredKeys: [] }),
    topics: fc.uniqueArray(fc.constantFrom('*', 'x', 'x.*', 'z')),
    room: fc.integer({ min: 1, max: 5 }),
    native: fc.boolean(),
  })

  it('each client gets the events that are for it, once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(options, { maxLength: 5 }), fc.array(target), async (all, targets) => {
        const { join, append, counters } = stage({ filter: (_, { data }) => data !== 3 })
        const clients = all.map((each, n) => join({ ...each, id: 'abcde'[n] ?? '' }))
        for (const [n, each] of targets.entries()) await append(n, each)
        let delivered = 0
        for (const client of clients) {
          client.drain()
          const own = targets.flatMap((each, n) => (n !== 3 && selector(checkTarget(each))(client) ? [n] : []))
          expect(payloads(client.sink)).toEqual(own)
          delivered += own.length
        }
        expect(counters.delivered).toBe(delivered)
      }),
    )
  })
})
