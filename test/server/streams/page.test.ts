import type { EventFilter, LogEntry } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { Batch } from '../../../server/streams/batch.ts'
import { PageReader } from '../../../server/streams/page.ts'
import { payloads, type StageOptions, stage, type TestClientOptions } from '../../support/hub.ts'

/** A filter that answers by hand, by the payload of the event. */
function byHand() {
  const answers = new Map<unknown, (allowed: boolean) => void>()
  const asked: unknown[] = []
  const filter: EventFilter = (_, { data }) => {
    asked.push(data)
    return new Promise((resolve) => answers.set(data, resolve))
  }
  return { filter, asked, answer: (data: unknown, allowed = true) => answers.get(data)?.(allowed) }
}

async function setup(count: number, options: StageOptions, client: TestClientOptions = {}) {
  const parts = stage(options)
  const page: LogEntry[] = []
  for (let n = 1; n <= count; n++) page.push(await parts.append(n))
  const reader = parts.join({ live: false, ...client })
  const batch = new Batch((bytes) => reader.outlet.send(bytes))
  const { epoch } = parts.log
  const isOver = (): boolean => reader.ended !== undefined || parts.log.epoch !== epoch
  const pages = new PageReader(reader, parts.delivery, batch, isOver)
  return {
    ...parts,
    client: reader,
    batch,
    pages,
    addAll() {
      for (const entry of page) pages.add(entry)
    },
    /** What is given after that, and whether there is something to wait for. */
    settle() {
      pages.settle()
      batch.flush(() => false)
      return [payloads(reader.sink), pages.wait() !== undefined]
    },
  }
}

describe('a page that a filter decides at once', () => {
  it('is given entry by entry, without those that are kept back', async () => {
    const { client, delivery, addAll, settle, pages } = await setup(4, { filter: (_, { data }) => data !== 2 })
    addAll()
    expect([client.after, delivery.waiting, pages.wait()]).toEqual([4, 0, undefined])
    expect([settle(), pages.events]).toEqual([[[1, 3, 4], false], 3])
  })

  it('leaves the place of its client alone once the filter has begun the log again', async () => {
    const parts = await setup(2, {
      filter() {
        parts.log.reset()
        parts.client.after = 0
        return true
      },
    })
    parts.addAll()
    expect([parts.client.after, parts.pages.events]).toEqual([0, 0])
  })
})

describe('a page that waits for the filter', () => {
  it('is asked about at once, and given in order', async () => {
    const { filter, asked, answer } = byHand()
    const { client, clock, delivery, addAll, settle, pages } = await setup(4, { filter })
    addAll()
    expect([asked, delivery.waiting, settle()]).toEqual([[1, 2, 3, 4], 4, [[], true]])
    answer(3)
    answer(2, false)
    await clock.settle()
    expect([client.after, settle()]).toEqual([0, [[], true]])
    const waited = pages.wait()
    answer(1)
    await waited
    expect([settle(), client.after, delivery.waiting]).toEqual([[[1, 3], true], 3, 1])
    answer(4, false)
    await clock.settle()
    expect([settle(), client.after, delivery.waiting]).toEqual([[[1, 3], false], 4, 0])
    expect([pages.events, delivery.placeOf(client)]).toEqual([2, 4])
  })

  it('moves the client behind its last entry, also if that is for somebody else', async () => {
    const filter: EventFilter = (_, { data }) => (data === 1 ? Promise.resolve(true) : false)
    const { client, pages, addAll, settle } = await setup(3, { filter })
    addAll()
    expect(client.after).toBe(0)
    await pages.wait()
    expect([settle(), client.after]).toEqual([[[1], false], 3])
  })

  it('stops when the batch is full, and goes on', async () => {
    const filter: EventFilter = () => Promise.resolve(true)
    const { append, join, delivery, clock } = stage({ filter })
    const page = [await append('x'.repeat(60_000)), await append('y'.repeat(60_000))]
    const client = join({ live: false })
    const batch = new Batch((bytes) => client.outlet.send(bytes))
    const pages = new PageReader(client, delivery, batch, () => false)
    for (const entry of page) pages.add(entry)
    await clock.settle()
    pages.settle()
    expect([pages.events, client.after, pages.wait()]).toEqual([1, 1, undefined])
    batch.flush(() => false)
    pages.settle()
    expect([pages.events, client.after]).toEqual([2, 2])
  })

  it('leaves out a topic that the client has left meanwhile', async () => {
    const { filter, answer } = byHand()
    const { append, join, delivery, registry, clock } = stage({ filter })
    const entry = await append(1, { topic: 'a' })
    const client = join({ live: false, topics: ['a'] })
    const batch = new Batch((bytes) => client.outlet.send(bytes))
    const pages = new PageReader(client, delivery, batch, () => false)
    pages.add(entry)
    registry.move(client, { asked: new Set(['b']), given: client.given })
    answer(1)
    await clock.settle()
    pages.settle()
    expect([pages.events, client.after]).toEqual([0, 1])
  })

  it('is over when the client has gone, though the filter never answers', async () => {
    const { filter } = byHand()
    const { client, delivery, addAll, settle, pages } = await setup(2, { filter })
    addAll()
    const waited = pages.wait()
    client.ended = 'closed'
    delivery.closeLine(client)
    await waited
    expect([settle(), client.after, delivery.waiting]).toEqual([[[], false], 0, 0])
  })

  it('is over when the log begins again; the line that the client has then is another one', async () => {
    const { filter, answer } = byHand()
    const { client, log, delivery, append, clock, addAll, pages } = await setup(2, { filter })
    addAll()
    const waited = pages.wait()
    log.reset()
    client.live = true
    client.after = 0
    await append('new')
    await waited
    pages.settle()
    answer(1)
    expect(delivery.waiting).toBe(1)
    answer('new')
    await clock.settle()
    expect([payloads(client.sink), delivery.waiting]).toEqual([['new'], 0])
  })

  it('is over when the filter ends the client', async () => {
    const parts = await setup(3, {
      filter: async (_, { data }) => {
        if (data === 2) {
          parts.client.ended = 'kicked'
          parts.delivery.closeLine(parts.client)
        }
        return true
      },
    })
    parts.addAll()
    expect([parts.delivery.waiting, parts.settle()]).toEqual([0, [[], false]])
  })
})

describe('a page that nothing of the application decides', () => {
  it('is given as the bytes that all clients share, without what is for others', async () => {
    const { append, join, delivery } = stage()
    const page = [await append(1), await append(2, { userId: 'bob' }), await append(3, { topic: 'a' }), await append(4)]
    const client = join({ live: false, principal: { userId: 'ada' }, topics: ['a'], native: true })
    const added: Uint8Array[] = []
    const batch = new Batch((bytes) => added.push(bytes), true)
    const pages = new PageReader(client, delivery, batch, () => false)
    expect(delivery.isDirect).toBe(true)
    for (const entry of page) pages.addDirect(entry)
    batch.flush(() => false)
    expect([pages.events, client.after]).toEqual([3, 4])
    expect(added).toEqual([1, 3, 4].map((seq) => delivery.parcelOf(page[seq - 1] as LogEntry).bytes(true)))
    expect(added[0]).toBe(delivery.parcelOf(page[0] as LogEntry).bytes(false))
  })

  it('leaves out what is older than its principal may have', async () => {
    const { append, join, delivery, clock } = stage()
    const old = await append(1)
    await clock.advance(1000)
    const recent = await append(2)
    const client = join({ live: false, since: clock.now() })
    const batch = new Batch((bytes) => client.outlet.send(bytes))
    const pages = new PageReader(client, delivery, batch, () => false)
    for (const entry of [old, recent]) pages.addDirect(entry)
    batch.flush(() => false)
    expect([payloads(client.sink), pages.events, client.after]).toEqual([[2], 1, 2])
  })
})
