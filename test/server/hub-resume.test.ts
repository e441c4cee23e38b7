import { type EventLog, type LogEntry, type LogListener, memoryLog } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { hubBench } from '../support/reader.ts'

/** A memory log that is read in another way. */
const readBy = (log: EventLog, read: EventLog['read']): EventLog => Object.create(log, { read: { value: read } })

describe('a client that comes back', () => {
  async function setup(options: Parameters<typeof hubBench>[0] = {}) {
    const bench = hubBench(options)
    const first = await bench.stream('?user=ada&topics=orders')
    const { epoch } = first.find('connected') as { epoch: string }
    const back = (cursor: string, query = '&user=ada&topics=orders') => bench.stream(`?lastEventId=${cursor}${query}`)
    return { ...bench, epoch, first, back }
  }

  it('has what it missed, and then what happens', async () => {
    const { hub, epoch, back, clock } = await setup()
    for (let n = 1; n <= 250; n++) await hub.publish('n', n)
    const { events, payloads, find } = await back(`${epoch}-100`)
    await hub.publish('n', 251)
    await clock.settle()
    expect(find('connected')).toMatchObject({ recovered: true, cursor: `${epoch}-100` })
    expect(payloads()).toEqual(Array.from({ length: 151 }, (_, n) => n + 101))
    expect(events().map(({ type }) => type)).toEqual(['connected', ...Array(150).fill('n'), 'live', 'n'])
    expect(find('live')).toEqual({ cursor: `${epoch}-250` })
    expect(events().at(-1)?.id).toBe(`${epoch}-251`)
  })

  it('has only what is for it', async () => {
    const { hub, epoch, back } = await setup()
    await hub.toUser('ada', 'x', 'hers')
    await hub.toUser('bob', 'x', 'his')
    await hub.toTopic('orders', 'x', 'orders')
    await hub.toTopic('jobs', 'x', 'jobs')
    await hub.publish('x', 'not kept', { volatile: true })
    expect((await back(`${epoch}-0`)).payloads()).toEqual(['hers', 'orders'])
    expect((await back(`${epoch}-0`, '&user=bob')).payloads()).toEqual(['his'])
  })

  it.each<[what: string, cursor: (epoch: string) => string, reason: string]>([
    ['another log', () => 'abcdefgh-1', 'epoch'],
    ['the future', (epoch) => `${epoch}-4`, 'unknown-cursor'],
    ['another server', () => '1700000000', 'unknown-cursor'],
    ['nowhere', () => '%00%0d%0a', 'unknown-cursor'],
    ['an end of the log that is not granted', () => 'earliest', 'unknown-cursor'],
    ['what has been thrown away', (epoch) => `${epoch}-0`, 'expired'],
  ])('gets a gap and begins at the head if it comes back from %s', async (_, cursor, reason) => {
    const { hub, epoch, back } = await setup({ log: memoryLog({ size: 2 }) })
    for (let n = 1; n <= 3; n++) await hub.publish('n', n)
    const asked = cursor(epoch)
    const { events } = await back(asked)
    const at = `${epoch}-3`
    expect(events()).toMatchObject([
      // The gap has the id. Only a client that may be ahead needs it first.
      { type: 'connected', id: reason === 'unknown-cursor' ? at : undefined, data: { recovered: false, cursor: at } },
      {
        type: 'gap',
        id: at,
        data: { reason, requested: decodeURIComponent(asked), resumedFrom: at, topics: ['orders'] },
      },
      { type: 'live', id: at, data: { cursor: at } },
    ])
    expect(hub.stats().gaps).toBe(1)
  })

  it('can be given all there is, if it may', async () => {
    const { hub, back } = await setup({ canReadAll: ({ userId }) => userId === 'ada' })
    for (let n = 1; n <= 3; n++) await hub.publish('n', n)
    expect((await back('earliest')).payloads()).toEqual([1, 2, 3])
    expect((await back('earliest', '&user=bob')).find('gap')).toMatchObject({ reason: 'unknown-cursor' })
  })

  it('is believed by its header before any parameter, and by the names that other clients use', async () => {
    const { hub, epoch, stream } = await setup()
    await hub.publish('n', 1)
    await hub.publish('n', 2)
    const byHeader = await stream(`?lastEventId=${epoch}-0`, { 'last-event-id': `${epoch}-1` })
    expect(byHeader.payloads()).toEqual([2])
    for (const name of ['last_event_id', 'Last-Event-ID', 'last-event-id', 'evs_last_event_id'])
      expect((await stream(`?${name}=${epoch}-1`)).payloads()).toEqual([2])
  })

  it('loses nothing where the log is slow, and gets nothing twice', async () => {
    const memory = memoryLog()
    const reads: (() => void)[] = []
    const log = readBy(
      memory,
      (seq, limit) => new Promise((resolve) => reads.push(() => resolve(memory.read(seq, limit)))),
    )
    const { hub, epoch, back, clock } = await setup({ log })
    await hub.publish('n', 1)
    const { payloads, events } = await back(`${epoch}-0`)
    await hub.publish('n', 2)
    reads.shift()?.()
    await clock.settle()
    await hub.publish('n', 3)
    await clock.settle()
    expect(payloads()).toEqual([1, 2, 3])
    expect(events().map(({ type }) => type)).toEqual(['connected', 'n', 'n', 'live', 'n'])
  })

  it('is dropped, and the error reported, if the log cannot be read', async () => {
    const log = readBy(memoryLog(), () => Promise.reject(new Error('disk')))
    const { hub, epoch, back, errors } = await setup({ log })
    await hub.publish('n', 1)
    const { ended } = await back(`${epoch}-0`)
    expect(ended()).toBe('end')
    expect(errors).toEqual([['log', 'Error: disk']])
    expect(hub.stats().endings.error).toBe(1)
  })
})

describe('reset', () => {
  it('empties the log under another epoch, reports a gap and counts from 1 again', async () => {
    const { hub, stream, clock } = hubBench()
    const reader = await stream('?topics=orders')
    const before = hub.stats().log.epoch
    await hub.publish('x', 1)
    await hub.reset()
    const { epoch } = hub.stats().log
    expect(epoch).not.toBe(before)
    const { id } = await hub.publish('x', 2)
    expect(id).toBe(`${epoch}-1`)
    await clock.settle()
    expect(reader.events().slice(-2)).toEqual([
      {
        type: 'gap',
        id: `${epoch}-0`,
        data: { reason: 'epoch', requested: '', resumedFrom: `${epoch}-0`, topics: ['orders'] },
      },
      { type: 'x', id: `${epoch}-1`, data: 2 },
    ])
    expect(hub.stats()).toMatchObject({ clients: 1, published: 1, connections: 0 })
  })

  it('does not take an event of the same turn into the new log', async () => {
    const { hub } = hubBench()
    const before = hub.stats().log.epoch
    const published = hub.publish('x', 1)
    await hub.reset()
    expect((await published).id).toBe(`${before}-1`)
  })

  it('takes those along who were being given what they missed', async () => {
    const memory = memoryLog()
    const { hub, stream, clock } = hubBench({ log: readBy(memory, () => new Promise(() => {})) })
    await hub.publish('x', 1)
    const reader = await stream(`?lastEventId=${memory.epoch}-0`)
    await hub.reset()
    await hub.publish('x', 2)
    await clock.settle()
    expect(reader.events().map(({ type }) => type)).toEqual(['connected', 'gap', 'live', 'x'])
  })
})

describe('a log that goes on behind events that its process never had', () => {
  it('gives the clients a gap, and a topic that a user was joined to before still counts from then on', async () => {
    const memory = memoryLog()
    const listeners = new Set<LogListener>()
    let head = 0
    const log: EventLog = {
      get epoch() {
        return memory.epoch
      },
      get head() {
        return head
      },
      get first() {
        return memory.first
      },
      append(record) {
        const entry = memory.append(record) as LogEntry
        head = entry.seq
        for (const listener of listeners) listener.entry(entry)
        return entry
      },
      read: memory.read,
      reset() {},
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
    const { hub, stream, clock } = hubBench({ log })
    await hub.toTopic('room.7', 'n', 'before the join')
    hub.join({ userId: 'ada' }, 'room.7')
    const live = await stream('?user=ada')
    // Another process has published these, and they are gone.
    for (let n = 0; n < 5; n++) memory.append({ type: 'n', json: '"lost"', to: {}, at: 0 })
    head = memory.head
    for (const listener of listeners) listener.reset()
    await hub.toTopic('room.7', 'n', 'after')
    await clock.settle()
    expect(live.find('gap')).toMatchObject({ reason: 'expired', resumedFrom: `${log.epoch}-6` })
    expect(live.payloads()).toEqual(['after'])
    const resumed = await stream(`?user=ada&lastEventId=${log.epoch}-0`)
    expect(resumed.payloads().filter((data) => data !== 'lost')).toEqual(['after'])
  })
})
