import { isSSEError } from 'headwater'
import { createHubClient } from 'headwater/hub'
import {
  createHub,
  type EventLog,
  InvalidEventError,
  type LogRecord,
  memoryLog,
  type PublishOptions,
} from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hubBench, ORIGIN, read } from '../support/reader.ts'
import { schema } from '../support/schema.ts'

/*
 * The hub as a whole, its fetch handler joined to a client in this process.
 */

/** A memory log that is read in another way. */
const readBy = (log: EventLog, read: EventLog['read']): EventLog => Object.create(log, { read: { value: read } })

describe('a stream', () => {
  it('begins with an introduction that can be resumed from', async () => {
    const { stream } = hubBench()
    const { response, events, find } = await stream('?topics=orders,jobs.*')
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-sse-heartbeat': '15000',
    })
    const { epoch, clientId } = find('connected') ?? {}
    expect(events()).toEqual([
      {
        type: 'connected',
        id: `${epoch}-0`,
        data: {
          v: 1,
          clientId,
          epoch,
          cursor: `${epoch}-0`,
          recovered: false,
          heartbeatMs: 15_000,
          topics: ['orders', 'jobs.*'],
        },
      },
      { type: 'live', id: `${epoch}-0`, data: { cursor: `${epoch}-0` } },
    ])
    expect(epoch).toMatch(/^[a-z0-9]{8,}$/)
    expect(clientId).toMatch(/^[\w-]{22}$/)
  })

  it('is written to with ids that grow by one, and says where events were published to', async () => {
    const { hub, stream, clock } = hubBench()
    const { text, find } = await stream('?topics=orders')
    const before = text().length
    const published = await hub.publish('order.updated', { id: 7 }, { topic: 'orders' })
    await hub.publish('news', 'one\nline')
    await clock.settle()
    const { epoch } = find('connected') ?? {}
    expect(published).toEqual({ id: `${epoch}-1`, delivered: 1 })
    expect(text().slice(before)).toBe(
      `: topic orders\nid: ${epoch}-1\nevent: order.updated\ndata: {"id":7}\n\nid: ${epoch}-2\nevent: news\ndata: "one\\nline"\n\n`,
    )
  })

  it('says the topic in an event of its own where comments are not heard', async () => {
    const { hub, stream, clock } = hubBench()
    const { events } = await stream('?topics=orders&heartbeat=event')
    await hub.publish('order.updated', 7, { topic: 'orders' })
    await clock.settle()
    expect(events().slice(2)).toMatchObject([
      { type: 'ping', data: { topic: 'orders', event: 'order.updated' } },
      { type: 'order.updated', data: 7 },
    ])
  })

  it('has nothing of users, sessions and tenants in any byte', async () => {
    const secret = { userId: 'user-ada', sessionId: 'session-ada', tenant: 'tenant-acme' }
    const bench = hubBench({
      authenticate: () => ({ ...secret, role: 'role-admin' }),
      canPublish: () => true,
      canReset: () => true,
    })
    const { hub, stream, post, ask, clock } = bench
    const seen: string[] = []
    const first = await stream('?topics=*')
    const { clientId } = first.find('connected') ?? {}
    for (const target of [
      { userId: 'user-ada' },
      { sessionId: 'session-ada' },
      { tenant: 'tenant-acme' },
      { topic: 'a' },
    ])
      await hub.publish('x', 1, target)
    await hub.notification('for user', 'info', { userId: 'user-ada' })
    seen.push(JSON.stringify(await post({ event: 'x', userId: 'user-ada' })))
    seen.push(JSON.stringify(await post({ clientId, rev: 1, add: ['b'] })))
    for (const path of ['stats', 'metrics', 'health']) seen.push(JSON.stringify(await ask(`/events/${path}`)))
    const denied = await stream('?topics=c,%20')
    seen.push(JSON.stringify(await post({ event: 'x', userId: 7 })))
    seen.push(JSON.stringify(await post({ clientId, rev: 2, add: 'b' })))
    seen.push(JSON.stringify(await post({ clientId: 'another', rev: 1 })))
    // The operator has it all the same.
    expect(hub.clients()[0]?.principal).toMatchObject(secret)
    expect(hub.presence('a')).toMatchObject([{ ...secret, clientIds: [clientId] }])
    await clock.advance(20_000)
    const again = await stream(`?topics=*&lastEventId=${first.find('connected')?.['cursor']}`)
    expect(again.payloads()).toHaveLength(6)
    seen.push(JSON.stringify(await ask('/events/reset', { method: 'POST' })))
    hub.kick({ userId: 'user-ada' })
    await clock.settle()
    for (const reader of [first, again, denied]) seen.push(reader.text(), JSON.stringify([...reader.response.headers]))
    expect(seen.join('\n')).not.toMatch(/ada|acme|admin/)
    expect(JSON.stringify(hub.stats())).not.toMatch(/ada|acme|admin/)
  })
})

describe('presence', () => {
  it('lists the principals of a topic, and forgets a client that leaves', async () => {
    const { hub, stream, clock } = hubBench()
    const ada = await stream('?user=ada&topics=a')
    await clock.advance(1)
    await stream('?user=ada')
    await stream('?user=bob&topics=*')
    expect(hub.presence('a').map(({ userId, clientIds }) => [userId, clientIds.length])).toEqual([
      ['ada', 1],
      ['bob', 1],
    ])
    expect(hub.presence().map(({ userId, clientIds }) => [userId, clientIds.length])).toEqual([
      ['ada', 2],
      ['bob', 1],
    ])
    await ada.leave()
    await clock.settle()
    expect(hub.presence('a').map(({ userId }) => userId)).toEqual(['bob'])
  })

  it('refuses presence(undefined), which must not mean everybody', () => {
    const { hub } = hubBench()
    expect(() => hub.presence(undefined)).toThrow(TypeError)
  })
})

describe('an event reaches', () => {
  const CLIENTS = {
    ada1: '?user=ada',
    ada2: '?user=ada&topics=orders',
    bob: '?user=bob&topics=orders.eu,jobs',
    all: '?user=eve&topics=*',
    eu: '?topics=orders.*',
    nobody: '',
  }
  type Name = keyof typeof CLIENTS

  async function setup() {
    const bench = hubBench()
    const readers = new Map<string, Awaited<ReturnType<typeof bench.stream>>>()
    for (const [name, query] of Object.entries(CLIENTS)) readers.set(name, await bench.stream(query))
    const id = (name: Name): string => `${readers.get(name)?.find('connected')?.['clientId']}`
    return { ...bench, readers, id }
  }
  type Setup = Awaited<ReturnType<typeof setup>>

  it.each<[what: string, target: (setup: Setup) => PublishOptions, reached: Name[]]>([
    ['everyone', () => ({}), ['ada1', 'ada2', 'bob', 'all', 'eu', 'nobody']],
    ['a user', () => ({ userId: 'ada' }), ['ada1', 'ada2']],
    ['nobody, for a user that is away', () => ({ userId: 'zoe' }), []],
    ['a session', () => ({ sessionId: 'session-of-bob' }), ['bob']],
    ['sessions', () => ({ sessionIds: ['session-of-bob', 'session-of-eve', 'no'] }), ['bob', 'all']],
    ['no session of an empty list', () => ({ sessionIds: [] }), []],
    ['clients', ({ id }) => ({ clientIds: [id('eu'), id('ada1'), 'gone'] }), ['ada1', 'eu']],
    ['a topic', () => ({ topic: 'orders' }), ['ada2', 'all']],
    ['a topic that wildcards cover', () => ({ topic: 'orders.eu' }), ['bob', 'all', 'eu']],
    [
      'a resource: those who have joined it, and those who have joined nothing',
      () => ({ resource: 'orders' }),
      ['ada1', 'ada2', 'all', 'nobody'],
    ],
    ['a user in a topic', () => ({ userId: 'ada', topic: 'orders' }), ['ada2']],
    [
      'a resource, but one that has joined it',
      ({ id }) => ({ resource: 'orders', except: id('ada2') }),
      ['ada1', 'all', 'nobody'],
    ],
    ['all but one', ({ id }) => ({ topic: 'orders.eu', except: id('bob') }), ['all', 'eu']],
    ['all but some', ({ id }) => ({ except: [id('bob'), id('all'), id('eu')] }), ['ada1', 'ada2', 'nobody']],
  ])('%s', async (_, target, reached) => {
    const bench = await setup()
    const { delivered } = await bench.hub.publish('x', 1, target(bench))
    await bench.clock.settle()
    const heard = [...bench.readers].filter(([, { payloads }]) => payloads().length).map(([name]) => name)
    expect(heard).toEqual(reached)
    expect(delivered).toBe(reached.length)
  })

  it.each<[what: string, send: (setup: Setup) => Promise<unknown>, reached: Name[]]>([
    ['broadcast', ({ hub }) => hub.broadcast('x', 1), ['ada1', 'ada2', 'bob', 'all', 'eu', 'nobody']],
    ['toTopic', ({ hub }) => hub.toTopic('jobs', 'x', 1), ['bob', 'all']],
    ['toUser', ({ hub }) => hub.toUser('bob', 'x', 1), ['bob']],
    ['toSession', ({ hub }) => hub.toSession('session-of-bob', 'x', 1), ['bob']],
    [
      'toSession with a list',
      ({ hub }) => hub.toSession(['session-of-bob', 'session-of-ada'], 'x', 1),
      ['ada1', 'ada2', 'bob'],
    ],
    ['toClients', ({ hub, id }) => hub.toClients([id('bob')], 'x', 1), ['bob']],
    ['toClients with one', ({ hub, id }) => hub.toClients(id('bob'), 'x', 1), ['bob']],
    ['toUser with more to it', ({ hub }) => hub.toUser('ada', 'x', 1, { topic: 'orders' }), ['ada2']],
  ])('the clients that %s names', async (_, send, reached) => {
    const bench = await setup()
    await send(bench)
    await bench.clock.settle()
    const heard = [...bench.readers].filter(([, { payloads }]) => payloads().length).map(([name]) => name)
    expect(heard).toEqual(reached)
  })

  it('no client if the variable that should name one is undefined', async () => {
    const { hub, readers, clock } = await setup()
    const nobody = undefined as unknown as string
    await expect(hub.toUser(nobody, 'x', 1)).rejects.toThrow('userId wants a string, got undefined')
    await expect(hub.toTopic(nobody, 'x', 1)).rejects.toThrow(TypeError)
    await expect(hub.toSession(nobody, 'x', 1)).rejects.toThrow(TypeError)
    await expect(hub.toClients(nobody, 'x', 1)).rejects.toThrow(TypeError)
    await clock.settle()
    for (const { payloads } of readers.values()) expect(payloads()).toEqual([])
  })

  class Target {
    get userId(): string {
      return 'ada'
    }
  }

  it.each<[what: string, options: unknown]>([
    ['a number', 1],
    ['a text', 'ada'],
    ['a list', []],
    ['null', null],
    ['a function', () => ({ userId: 'ada' })],
    ['a promise', Promise.resolve({ userId: 'ada' })],
    ['an object of a class', new Target()],
    ['an object that inherits its target', Object.create({ userId: 'ada' })],
    ['an object with a field that there is not', { user: 'ada' }],
  ])('no client if the options are %s', async (_, given) => {
    const { hub, readers, clock } = await setup()
    const options = given as PublishOptions
    const calls: Promise<unknown>[] = [
      hub.publish('x', 1, options),
      hub.broadcast('x', 1, options),
      hub.toTopic('orders', 'x', 1, options),
      hub.toUser('ada', 'x', 1, options),
      hub.toSession('session-of-ada', 'x', 1, options),
      hub.toClients('c1', 'x', 1, options),
      hub.notification('x', 'info', options),
      hub.alert('x', 'x', options),
      hub.update('orders', 'changed', 1, options),
      hub.system('x', 'info', options),
    ]
    for (const call of calls) await expect(call).rejects.toThrow(TypeError)
    expect(() => hub.notifyAfter('orders', () => {}, options)).toThrow(TypeError)
    await clock.settle()
    for (const { payloads } of readers.values()) expect(payloads()).toEqual([])
    expect(hub.stats()).toMatchObject({ published: 0, log: { head: 0 } })
  })

  it('no client if a target is named twice', async () => {
    const { hub } = await setup()
    await expect(hub.toUser('ada', 'x', 1, { userId: 'bob' })).rejects.toThrow(
      new TypeError('toUser has userId as its first argument: leave it out of the options'),
    )
    await expect(hub.toTopic('orders', 'x', 1, { topic: 'jobs' })).rejects.toThrow(TypeError)
    await expect(hub.toSession('s', 'x', 1, { sessionIds: ['t'] })).rejects.toThrow(TypeError)
    await expect(hub.toClients('c', 'x', 1, { clientIds: ['d'] })).rejects.toThrow(TypeError)
    expect(hub.stats().published).toBe(0)
  })

  it('nobody for an empty list', async () => {
    const { hub } = await setup()
    expect(await hub.toSession([], 'x', 1)).toMatchObject({ delivered: 0 })
    expect(await hub.toClients([], 'x', 1)).toMatchObject({ delivered: 0 })
    expect(await hub.publish('x', 1, { clientIds: [], topic: 'orders' })).toMatchObject({ delivered: 0 })
  })
})

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
      { type: 'connected', id: at, data: { recovered: false, cursor: at } },
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

describe('the result of an event', () => {
  it('is there for each of very many in one turn', async () => {
    const { hub, stream } = hubBench()
    await stream()
    const all = await Promise.all(Array.from({ length: 1500 }, (_, n) => hub.publish('n', n)))
    expect(all.filter(({ delivered }) => delivered !== 1)).toEqual([])
    expect(new Set(all.map(({ id }) => id)).size).toBe(1500)
  })

  it('is never that of another event, though the log begins again', async () => {
    const { hub, stream } = hubBench()
    await stream()
    const before = hub.publish('n', 1)
    await hub.reset()
    const after = hub.publish('n', 2)
    expect((await before).id).not.toBe((await after).id)
    expect([(await before).delivered, (await after).delivered]).toEqual([1, 1])
  })
})

describe('an event that a filter keeps back', () => {
  it('is kept back when it happens and when it is replayed', async () => {
    const filter = vi.fn((principal: { readonly userId?: string | undefined }, { data }: { data: unknown }) =>
      Boolean(principal.userId === 'ada' || data !== 'secret'),
    )
    const { hub, stream, clock } = hubBench({ filter })
    const [ada, bob] = [await stream('?user=ada'), await stream('?user=bob')]
    const { delivered, id } = await hub.publish('x', 'secret', { resource: 'vault' })
    await hub.publish('x', 'plain')
    await clock.settle()
    expect(delivered).toBe(1)
    expect(ada.payloads()).toEqual(['secret', 'plain'])
    expect(bob.payloads()).toEqual(['plain'])
    const start = bob.find('connected')?.['cursor']
    expect((await stream(`?user=bob&lastEventId=${start}`)).payloads()).toEqual(['plain'])
    expect((await stream(`?user=ada&lastEventId=${start}`)).payloads()).toEqual(['secret', 'plain'])
    expect(filter.mock.calls[0]?.[1]).toMatchObject({ type: 'x', data: 'secret', id, topic: 'vault' })
  })

  it('is each one for which it throws or rejects, which is reported once for an event', async () => {
    const { hub, stream, clock, errors } = hubBench({
      filter(_, { type }) {
        if (type === 'broken') throw new Error('no rule')
        return Promise.reject(new Error('no database'))
      },
    })
    const readers = [await stream(), await stream(), await stream()]
    expect(await hub.publish('broken', 1)).toMatchObject({ delivered: 0 })
    expect(await hub.publish('late', 1)).toMatchObject({ delivered: 0 })
    await clock.settle()
    for (const { payloads } of readers) expect(payloads()).toEqual([])
    expect(errors).toEqual([
      ['filter', 'Error: no rule'],
      ['filter', 'Error: no database'],
    ])
    expect(hub.stats().errors).toEqual({ filter: 2 })
  })

  it('may end clients while it is asked: the others have the event, and the next', async () => {
    const { hub, stream, clock, errors } = hubBench({
      filter(principal) {
        if (principal.userId === 'bob') hub.kick({ userId: 'bob' })
        return true
      },
    })
    const [ada, bob, eve] = [await stream('?user=ada'), await stream('?user=bob'), await stream('?user=eve')]
    expect(await hub.publish('n', 1)).toMatchObject({ delivered: 2 })
    expect(await hub.publish('n', 2)).toMatchObject({ delivered: 2 })
    await clock.settle()
    expect([ada.payloads(), bob.payloads(), eve.payloads()]).toEqual([[1, 2], [], [1, 2]])
    expect(errors).toEqual([])
  })

  it('throws once for those who come back, too', async () => {
    const { hub, stream, errors } = hubBench({
      filter() {
        throw new Error('no rule')
      },
    })
    await hub.publish('n', 1)
    const { epoch } = hub.stats().log
    for (let n = 0; n < 3; n++) await stream(`?lastEventId=${epoch}-0`)
    expect(errors).toEqual([['filter', 'Error: no rule']])
  })

  it('may reset the log: an event that is published then has its place in it', async () => {
    let reset = false
    const { hub, stream, clock } = hubBench({
      filter() {
        if (reset) void hub.reset()
        reset = false
        return true
      },
    })
    const readers = [await stream(), await stream()]
    for (let n = 1; n <= 3; n++) await hub.publish('n', n)
    reset = true
    await hub.publish('n', 4)
    const { id } = await hub.publish('n', 5)
    await clock.settle()
    expect(id).toMatch(/-1$/)
    for (const { payloads, events } of readers) {
      expect(payloads().at(-1)).toBe(5)
      expect(events().at(-1)?.id).toBe(id)
    }
    // Whoever comes now is live at once.
    const { epoch } = hub.stats().log
    expect((await stream(`?lastEventId=${epoch}-0`)).payloads()).toEqual([5])
  })

  it('may publish itself: everybody has both in the same order', async () => {
    const { hub, stream, clock } = hubBench({
      filter(_, { data }) {
        if (data === 1 && !nested) {
          nested = true
          void hub.publish('n', 2)
        }
        return true
      },
    })
    let nested = false
    const readers = [await stream(), await stream()]
    await hub.publish('n', 1)
    await clock.settle()
    for (const { payloads } of readers) expect(payloads()).toEqual([1, 2])
  })
})

describe('a heartbeat', () => {
  it('comes after a silence, as a comment, without an id that is no news', async () => {
    const { hub, stream, clock } = hubBench({ heartbeat: 10_000 })
    const { text } = await stream()
    const quiet = text()
    await clock.advance(9_000)
    expect(text()).toBe(quiet)
    await hub.publish('x', 1)
    await clock.advance(9_000)
    expect(text()).not.toContain(': ping')
    await clock.advance(2_000)
    expect(text()).toMatch(/\n\n: ping\n\n$/)
  })

  it('is an event where comments are not heard', async () => {
    const { stream, clock } = hubBench({ heartbeat: 10_000 })
    const { events } = await stream('?heartbeat=event')
    await clock.advance(11_000)
    expect(events().at(-1)).toEqual({ type: 'ping', data: { t: expect.any(Number) }, id: undefined })
  })

  it.each([
    ['a comment', '?user=bob', /: ping\nid: (\w+-2)\n\n$/],
    ['an event', '?user=bob&heartbeat=event', /id: (\w+-2)\nevent: ping\ndata: .*\n\n$/],
  ])('takes clients along, as %s, that had none of the last events', async (_, query, expected) => {
    const { hub, stream, clock } = hubBench({ heartbeat: 10_000 })
    const { text } = await stream(query)
    await hub.toUser('ada', 'x', 1)
    await hub.toUser('ada', 'x', 2)
    await clock.advance(11_000)
    expect(text()).toMatch(expected)
  })

  it('is early for those who would fall out of the log', async () => {
    const { hub, stream, clock } = hubBench({ log: memoryLog({ size: 10 }) })
    const { text, find } = await stream('?user=bob')
    const epoch = find('connected')?.['epoch']
    for (let n = 1; n <= 10; n++) await hub.toUser('ada', 'x', n)
    await clock.advance(1000)
    expect(text()).not.toContain(`${epoch}-10`)
    await hub.toUser('ada', 'x', 11)
    await clock.advance(1000)
    expect(text()).toContain(`id: ${epoch}-11`)
  })

  it.each([false, 0, Infinity] as const)('is neither sent nor announced with %s', async (heartbeat) => {
    const { stream, clock } = hubBench({ heartbeat, maxAge: Infinity })
    const { text, response, find } = await stream()
    const quiet = text()
    await clock.advance(3_600_000)
    expect(text()).toBe(quiet)
    expect(find('connected')).not.toHaveProperty('heartbeatMs')
    expect(response.headers.has('x-sse-heartbeat')).toBe(false)
  })

  it('takes no timer once every client has left', async () => {
    const { hub, stream, clock } = hubBench()
    const reader = await stream()
    expect(clock.timers).toBe(1)
    await reader.leave()
    await clock.advance(2000)
    expect(clock.timers).toBe(0)
    expect(hub.stats()).toMatchObject({ clients: 0, endings: { closed: 1 } })
  })
})

describe('the end of a stream', () => {
  it('comes when its principal expires', async () => {
    const { hub, clock } = hubBench()
    const own = createHub({ authenticate: () => ({ userId: 'ada', expires: new Date(clock.now() + 60_000) }), clock })
    const { ended } = read(await own.fetch(new Request(ORIGIN)))
    await clock.advance(59_000)
    expect(ended()).toBeUndefined()
    await clock.advance(2_000)
    expect(ended()).toBe('end')
    expect(own.stats().endings.expired).toBe(1)
    await hub.close()
  })

  it('comes in every tab when its user is kicked', async () => {
    const { hub, stream, clock } = hubBench()
    const [one, two, other] = [await stream('?user=ada'), await stream('?user=ada'), await stream('?user=bob')]
    expect(hub.kick({ userId: 'ada' })).toBe(2)
    expect(hub.kick({ userId: 'ada' })).toBe(0)
    await clock.settle()
    expect([one.ended(), two.ended(), other.ended()]).toEqual(['end', 'end', undefined])
  })

  it('comes after a goodbye when it has been open for long enough', async () => {
    const { hub, stream, clock } = hubBench({ maxAge: 100_000 })
    const { find, ended } = await stream()
    await clock.advance(99_000)
    expect(find('goodbye')).toBeUndefined()
    await clock.advance(1_000)
    expect(find('goodbye')).toEqual({ reconnectInMs: 0 })
    await hub.publish('x', 1)
    expect(ended()).toBeUndefined()
    await clock.advance(3_000)
    expect(ended()).toBe('end')
    expect(hub.stats().endings['max-age']).toBe(1)
  })

  it.each([undefined, null, 'ada', {}, { userId: undefined }, { userId: 'ada', sessionId: 'session-of-ada' }])(
    'comes to no client if kick is called with %j',
    async (which) => {
      const { hub, stream } = hubBench()
      const { ended } = await stream('?user=ada')
      expect(() => hub.kick(which as never)).toThrow(/^kick wants \{ userId \}, \{ sessionId \} or \{ clientId \}/)
      expect(ended()).toBeUndefined()
    },
  )

  it('comes to one session, or one stream, if that is kicked', async () => {
    const { hub, stream, clock } = hubBench()
    const [ada, bob, other] = [await stream('?user=ada'), await stream('?user=bob'), await stream('?user=bob')]
    expect(hub.kick({ sessionId: 'session-of-ada' })).toBe(1)
    expect(hub.kick({ clientId: `${bob.find('connected')?.['clientId']}` })).toBe(1)
    expect(hub.kick({ clientId: 'gone' })).toBe(0)
    await clock.settle()
    expect([ada.ended(), bob.ended(), other.ended()]).toEqual(['end', 'end', undefined])
  })

  it('leaves nothing behind though its principal is another by now', async () => {
    const principal: { userId: string } = { userId: 'ada' }
    const { hub, stream } = hubBench({ authenticate: () => principal })
    const reader = await stream()
    principal.userId = 'bob'
    await reader.leave()
    expect(hub.stats()).toMatchObject({ clients: 0, users: 0 })
    expect(hub.kick({ userId: 'ada' })).toBe(0)
  })

  it.each([0, Infinity])('does not come by its age if maxAge is %s', async (maxAge) => {
    const { stream, clock } = hubBench({ maxAge })
    const { find } = await stream()
    await clock.advance(3_600_000)
    expect(find('goodbye')).toBeUndefined()
  })

  it('comes at another time for each', async () => {
    const answers = [0, 0.999]
    const clock = createClock({ random: () => answers.shift() ?? 0.5 })
    const { stream } = hubBench({ maxAge: 100_000, clock })
    const [early, late] = [await stream(), await stream()]
    await clock.advance(81_000)
    expect([early.find('goodbye'), late.find('goodbye')]).toEqual([{ reconnectInMs: 0 }, undefined])
    await clock.advance(38_000)
    expect(late.find('goodbye')).toBeUndefined()
    await clock.advance(2_000)
    expect(late.find('goodbye')).toBeDefined()
  })
})

describe('closing', () => {
  it('asks everybody to come back, each at another time, and lets nobody in', async () => {
    const answers = [0.5, 0.5, 0.1, 0.9]
    const clock = createClock({ random: () => answers.shift() ?? 0.5 })
    const { hub, stream, ask } = hubBench({ clock })
    const [one, two] = [await stream(), await stream()]
    const closed = hub.close({ drain: 10_000 })
    await clock.settle()
    expect([one.find('goodbye'), two.find('goodbye')]).toEqual([{ reconnectInMs: 900 }, { reconnectInMs: 8100 }])
    const refused = await ask('/events')
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'closing' } } })
    expect(refused.headers.get('retry-after')).toBe('10')
    expect((await ask('/events/health')).status).toBe(503)
    await expect(hub.publish('x', 1)).resolves.toMatchObject({ delivered: 2 })
    await clock.advance(3000)
    expect([one.ended(), two.ended()]).toEqual(['end', undefined])
    await clock.advance(7000)
    await closed
    expect(two.ended()).toBe('end')
    expect(hub.stats()).toMatchObject({ clients: 0, endings: { drained: 2 } })
    expect(clock.timers).toBe(0)
    await expect(hub.publish('x', 1)).rejects.toThrow('the hub has been closed')
  })

  it('is over as soon as every client has left', async () => {
    const { hub, stream, clock } = hubBench()
    const reader = await stream()
    const closed = hub.close({ drain: 600_000 })
    await reader.leave()
    await closed
    expect(clock.timers).toBe(0)
    expect(hub.stats().endings).toMatchObject({ drained: 1, closed: 0 })
  })

  it('at once is at once, and twice is once', async () => {
    const { hub, stream, clock } = hubBench()
    const { ended, find } = await stream()
    await Promise.all([hub.close(), hub.close({ drain: 5000 })])
    await clock.settle()
    expect(ended()).toBe('end')
    expect(find('goodbye')).toEqual({ reconnectInMs: 0 })
  })

  it.each([-1, Number.NaN, Infinity])('refuses to drain for %s', (drain) => {
    expect(() => createHub().close({ drain })).toThrow(TypeError)
  })

  it('refuses milliseconds in place of options, which would end all streams at once', () => {
    expect(() => createHub().close(5000 as never)).toThrow('close wants { drain: milliseconds }, got 5000')
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

describe('events with a window', () => {
  const price = { key: 'lamp', window: 100 }

  it('reach a client as the first and the newest, with the ids of the log', async () => {
    const { hub, stream, clock } = hubBench()
    const { events } = await stream()
    const outcomes = [1, 2, 3].map((n) => hub.publish('price', n, price))
    await clock.advance(100)
    const heard = events().filter(({ type }) => type === 'price')
    expect(heard.map(({ data }) => data)).toEqual([1, 3])
    expect(await Promise.all(outcomes)).toEqual([
      { id: heard[0]?.id, delivered: 1 },
      { id: '', delivered: 0, superseded: true },
      { id: heard[1]?.id, delivered: 1 },
    ])
    expect(hub.stats()).toMatchObject({ published: 2, log: { head: 2 } })
  })

  it('are sent before the hub asks its clients to leave', async () => {
    const { hub, stream, clock } = hubBench()
    const { events } = await stream()
    hub.publish('price', 1, price)
    const last = hub.publish('price', 2, price)
    await hub.close()
    await clock.settle()
    expect(events().map(({ type }) => type)).toEqual(['connected', 'live', 'price', 'price', 'goodbye'])
    expect(await last).toMatchObject({ delivered: 1 })
  })

  it('reach clients before a goodbye though the log is slow', async () => {
    const inner = memoryLog()
    const log: EventLog = Object.create(inner, {
      append: { value: async (record: LogRecord) => inner.append(await Promise.resolve(record)) },
    })
    const { hub, stream, clock } = hubBench({ log })
    const { events } = await stream()
    hub.publish('price', 1, price)
    hub.publish('price', 2, price)
    await hub.close()
    await clock.settle()
    expect(events().map(({ type }) => type)).toEqual(['connected', 'live', 'price', 'price', 'goodbye'])
  })

  it('are dropped when the hub is reset', async () => {
    const { hub, stream, clock } = hubBench()
    const { payloads } = await stream()
    hub.publish('price', 1, price)
    const dropped = hub.publish('price', 2, price)
    await hub.reset()
    expect(await dropped).toEqual({ id: '', delivered: 0, superseded: true })
    await clock.advance(1000)
    expect(payloads()).toEqual([1])
  })

  it('may be shapes, and are volatile if they say so', async () => {
    const { hub, stream, clock } = hubBench()
    const { payloads } = await stream()
    for (const n of [1, 2, 3]) hub.update('orders', `${n}`, n, { ...price, volatile: true })
    await clock.advance(100)
    expect(payloads()).toMatchObject([{ data: 1 }, { data: 3 }])
    expect(hub.stats().log.head).toBe(0)
  })
})

describe('a schema', () => {
  const positive = schema((value) =>
    typeof value === 'number' && value > 0
      ? { value: { total: value } }
      : { issues: [{ message: 'want a positive number', path: ['total'] }] },
  )

  it('refuses what does not fit, and its output is what clients get', async () => {
    const { hub, stream, clock } = hubBench({ schemas: { paid: positive } })
    const { payloads } = await stream()
    await hub.publish('paid', 7)
    const error = await hub.publish('paid', -7).catch((error) => error)
    expect(error).toBeInstanceOf(InvalidEventError)
    expect(error).toMatchObject({
      message: 'the data of paid does not fit its schema: total: want a positive number',
      issues: [{ message: 'want a positive number', path: ['total'] }],
    })
    await hub.publish('other', -7)
    await clock.settle()
    expect(payloads()).toEqual([{ total: 7 }, -7])
    expect(hub.stats().published).toBe(2)
  })

  it('is asked about shapes too', async () => {
    const { hub, errors } = hubBench({
      schemas: {
        'table-update': schema((value) => ('data' in Object(value) ? { value } : { issues: [{ message: 'no data' }] })),
      },
    })
    await hub.emitUpdate('orders', 1)
    await expect(hub.emitUpdate('orders')).rejects.toThrow(InvalidEventError)
    expect(await hub.notifyAfter('orders', () => 7)()).toBe(7)
    expect(errors).toEqual([['notifyAfter', expect.stringContaining('no data')]])
  })

  it('has an event on its way before publish returns, if it answers at once', async () => {
    const { hub, clock } = hubBench({ schemas: { paid: positive } })
    hub.publish('paid', 7)
    expect(hub.stats().log.head).toBe(1)
    await clock.settle()
  })

  it('keeps the order of events while a schema takes its time', async () => {
    let answer = (): void => {}
    const { hub, stream, clock } = hubBench({
      schemas: { slow: schema((value) => new Promise((resolve) => (answer = () => resolve({ value })))) },
    })
    const { payloads } = await stream()
    hub.publish('slow', 1)
    hub.publish('n', 2)
    hub.publish('n', 3, { volatile: true })
    await clock.settle()
    expect(payloads()).toEqual([])
    answer()
    await clock.settle()
    expect(payloads()).toEqual([1, 2, 3])
  })

  it('publishes nothing if a schema answers after the hub has closed', async () => {
    let answer = (): void => {}
    const { hub, post, clock, errors } = hubBench({
      canPublish: () => true,
      schemas: { slow: schema((value) => new Promise((resolve) => (answer = () => resolve({ value })))) },
    })
    const posted = post({ event: 'slow' })
    await clock.settle()
    const published = hub.publish('n', 1)
    await hub.close()
    answer()
    await expect(published).rejects.toThrow('the hub has been closed')
    expect(await posted).toMatchObject({ status: 503, body: { error: { code: 'closing' } } })
    expect(errors).toEqual([])
  })

  it('refuses a POST with its issues, and publishes its output', async () => {
    const { hub, post, stream, clock } = hubBench({ canPublish: () => true, schemas: { paid: positive } })
    const { payloads } = await stream()
    expect(await post({ event: 'paid', data: '7' })).toMatchObject({
      status: 400,
      body: {
        error: { code: 'event', message: 'the data of paid does not fit its schema: total: want a positive number' },
      },
    })
    expect(await post({ event: 'paid' })).toMatchObject({ status: 400 })
    expect(await post({ event: 'paid', data: 7 })).toMatchObject({ status: 200, body: { delivered: 1 } })
    await clock.settle()
    expect(payloads()).toEqual([{ total: 7 }])
    expect(hub.stats().published).toBe(1)
  })

  it.each<[what: string, validate: () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    ['answers nothing', () => undefined as never],
  ])('a schema that %s refuses everything, a POST with status 500 and without the reason', async (_, validate) => {
    const { hub, post, errors } = hubBench({ canPublish: () => true, schemas: { n: schema(validate) } })
    await expect(hub.publish('n', 1)).rejects.toThrow(/^the schema of n has failed: /)
    const answer = await post({ event: 'n', data: 1 })
    expect(answer).toMatchObject({ status: 500, body: { error: { code: 'internal' } } })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(errors).toEqual([['schemas', expect.stringMatching(/^Error: the schema of n has failed: /)]])
    expect(hub.stats().published).toBe(0)
  })

  it('refuses an event after 10 s if its schema never answers, and goes on with the next ones', async () => {
    const { hub, post, errors, clock } = hubBench({
      canPublish: () => true,
      schemas: { hung: schema(() => new Promise(() => {})) },
    })
    const answer = post({ event: 'hung' })
    await clock.settle()
    const next = hub.publish('n', 1)
    await clock.advance(10_000)
    expect(await answer).toMatchObject({ status: 500 })
    expect(await next).toMatchObject({ id: expect.stringMatching(/-1$/) })
    expect(errors).toEqual([['schemas', expect.stringContaining('it did not answer within 10 s')]])
  })
})

describe('a replacer', () => {
  const replacer = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? { $bigint: `${value}` } : value)

  it('makes data of every event what JSON can say, for the filter too', async () => {
    const seen: unknown[] = []
    const { hub, stream, clock } = hubBench({ replacer, filter: (_, { data }) => seen.push(data) > 0 })
    const { payloads } = await stream()
    await hub.publish('n', { total: 12n })
    await hub.update('orders', 'changed', [1n])
    await hub.notifyAfter('orders', () => 7n, { data: (id) => id })()
    await clock.settle()
    const expected = [
      { total: { $bigint: '12' } },
      expect.objectContaining({ data: [{ $bigint: '1' }] }),
      { resource: 'orders', data: { $bigint: '7' } },
    ]
    expect(payloads()).toEqual(expected)
    expect(seen).toEqual(expected)
  })

  it('refuses the event if it throws, over HTTP without the reason', async () => {
    const { hub, post, errors } = hubBench({
      canPublish: () => true,
      replacer() {
        throw new Error('secret')
      },
    })
    await expect(hub.publish('n', 1)).rejects.toThrow(
      new TypeError('the data of n cannot be sent as JSON: Error: secret'),
    )
    const answer = await post({ event: 'n' })
    expect(answer).toMatchObject({ status: 500, body: { error: { code: 'internal' } } })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(errors).toEqual([['replacer', 'TypeError: the data of n cannot be sent as JSON: Error: secret']])
    expect(hub.stats().published).toBe(0)
  })
})

describe('the usual shapes', () => {
  it('go to the same clients with `except` as without', async () => {
    const { hub, stream, clock } = hubBench()
    const [orders, jobs] = [await stream('?topics=orders'), await stream('?topics=jobs')]
    const except = `${orders.find('connected')?.['clientId']}`
    await hub.update('orders', 'changed', 'secret', { except })
    await hub.notifyAfter('orders', () => {}, { except })()
    await clock.settle()
    expect([orders.payloads(), jobs.payloads()]).toEqual([[], []])
  })
})

describe('a client of ours with the hub', () => {
  function setup() {
    const bench = hubBench()
    const controllers: AbortController[] = []
    const sse = createHubClient(`${ORIGIN}/events`, {
      clock: bench.clock,
      fetch: (input, init) => {
        const controller = new AbortController()
        controllers.push(controller)
        init?.signal?.addEventListener('abort', () => controller.abort())
        return bench.hub.fetch(new Request(input, { ...init, signal: controller.signal }))
      },
    })
    onTestFinished(() => sse.close())
    return { ...bench, sse, drop: () => controllers.at(-1)?.abort() }
  }

  it('topic() hears what was published to it, by whatever name', async () => {
    const { hub, sse, clock } = setup()
    const heard: unknown[] = []
    sse.topic('orders').subscribe((data, event) => heard.push([event.type, data, event.topic]))
    await clock.advance(100)
    await sse.topic('orders').joined()
    await hub.toTopic('orders', 'price.changed', 7)
    await hub.toTopic('jobs', 'orders', 8)
    await hub.notifyAfter('orders', () => 9)()
    await clock.settle()
    expect(heard).toEqual([
      ['price.changed', 7, 'orders'],
      ['table-update', { resource: 'orders' }, 'orders'],
    ])
  })

  it('a topic is joined and left while the stream is open', async () => {
    const { hub, sse, clock } = setup()
    sse.subscribe('x', () => {})
    await clock.advance(100)
    const heard: unknown[] = []
    const off = sse.topic('orders.*').subscribe((data) => heard.push(data))
    await clock.advance(100)
    await sse.topic('orders.*').joined()
    expect(hub.clients()).toMatchObject([{ topics: ['orders.*'] }])
    await hub.toTopic('orders.eu', 'n', 1)
    off()
    await clock.advance(2000)
    expect(hub.clients()).toMatchObject([{ topics: [] }])
    expect(heard).toEqual([1])
    expect(hub.stats().connections).toBe(1)
  })

  it('a drop loses nothing and doubles nothing', async () => {
    const { hub, sse, clock, drop } = setup()
    const heard: unknown[] = []
    const opened: unknown[] = []
    sse.observe({ onOpen: ({ recovered }) => opened.push(recovered), onGap: (gap) => opened.push(gap) })
    sse.subscribe('n', (data) => heard.push(data))
    await clock.advance(100)
    await hub.publish('n', 1)
    await clock.settle()
    drop()
    await hub.publish('n', 2)
    await clock.advance(5000)
    await hub.publish('n', 3)
    await clock.settle()
    expect(heard).toEqual([1, 2, 3])
    expect(opened).toEqual([false, true])
  })

  it('a reset is a gap, and what comes after it is heard', async () => {
    const { hub, sse, clock } = setup()
    const heard: unknown[] = []
    sse.observe({ onGap: ({ reason }) => heard.push(reason) })
    sse.subscribe('n', (data) => heard.push(data))
    await clock.advance(100)
    await hub.publish('n', 1)
    await hub.reset()
    await hub.publish('n', 2)
    await clock.settle()
    expect(heard).toEqual([1, 'epoch', 2])
  })

  it('send() is not for everyone because a variable is undefined', async () => {
    const { hub, sse } = setup()
    const error = await sse.send('x', 1, { userId: undefined }).catch((error: unknown) => error)
    expect(isSSEError(error) && [error.code, error.message]).toEqual([
      'options',
      'send: userId: expected a value, got undefined',
    ])
    expect(hub.stats().errors).toEqual({})
  })

  it('send() reaches those it names, if that is allowed', async () => {
    const { sse, clock } = setup()
    sse.connect()
    await clock.advance(100)
    const error = await sse.send('x', 1).catch((error: unknown) => error)
    expect(isSSEError(error) && error.status).toBe(403)
  })
})
