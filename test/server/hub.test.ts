import { isSSEError } from 'headwater'
import { createHubClient } from 'headwater/hub'
import type { PublishOptions } from 'headwater/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hubBench, ORIGIN } from '../support/reader.ts'

/*
 * The hub as a whole, its fetch handler joined to a client in this process.
 */

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
    await expect(hub.toUser(nobody, 'x', 1)).rejects.toThrow('userId expects a string, got undefined')
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
