import { createHub, type Delivered, type HubOptions, memoryLog, type Publication } from 'headwater/server'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { logWith } from '../support/event-log.ts'
import { eventually } from '../support/eventually.ts'
import { read } from '../support/reader.ts'
import { serveHub } from '../support/serving.ts'

/*
 * Code of the server that hears events and watches what becomes of them, over real HTTP.
 */

async function serve(options: HubOptions = {}) {
  const errors: string[] = []
  const hub = createHub({
    heartbeat: false,
    authenticate: ({ url }) => ({ userId: new URL(url).searchParams.get('user') ?? 'nobody', seat: 5 }),
    canPublish: () => true,
    onError: (error, where) => errors.push(`${where}: ${error}`),
    ...options,
  })
  const { url } = await serveHub(hub)
  return {
    hub,
    errors,
    async stream(user: string, lastEventId = '') {
      const reader = read(await fetch(`${url}?user=${user}`, { headers: { 'last-event-id': lastEventId } }))
      await eventually(() => expect(reader.find('connected')).toBeDefined())
      return reader
    },
    post: (user: string, body: object) =>
      fetch(`${url}?user=${user}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  }
}

describe('hub.on', () => {
  it('hears what code and clients publish, once and in order, volatile events too, whoever they are for', async () => {
    const { hub, post, errors } = await serve({ filter: () => false })
    const heard: unknown[] = []
    const all: unknown[] = []
    const off = hub.on('order.created', (data, { id, target }) => {
      heard.push([data, id, target])
    })
    hub.on('*', (data, { type }) => all.push([type, data]))
    const { id } = await hub.publish('order.created', { id: 'A' }, { userId: 'bob' })
    await hub.publish('typing', 'ada', { volatile: true, topic: 'room' })
    await post('ada', { event: 'order.created', data: { id: 'B' }, topic: 'orders' })
    off()
    await hub.publish('order.created', { id: 'C' })
    expect(heard).toEqual([
      [{ id: 'A' }, id, { userId: 'bob' }],
      [{ id: 'B' }, expect.stringMatching(/-2$/), { topic: 'orders' }],
    ])
    expect(all).toEqual([
      ['order.created', { id: 'A' }],
      ['typing', 'ada'],
      ['order.created', { id: 'B' }],
      ['order.created', { id: 'C' }],
    ])
    expect(errors).toEqual([])
  })

  it('may publish: all clients have the events in one order, and the listener hears its own', async () => {
    const { hub, stream } = await serve()
    const readers = [await stream('ada'), await stream('bob')]
    await eventually(() => expect(hub.clients().every(({ live }) => live)).toBe(true))
    const heard: unknown[] = []
    hub.on('*', (data) => {
      heard.push(data)
      if (data === 1) void hub.publish('n', 2)
    })
    await hub.publish('n', 1)
    await hub.publish('n', 3)
    for (const { payloads } of readers) await eventually(() => expect(payloads()).toEqual([1, 2, 3]))
    expect(heard).toEqual([1, 2, 3])
  })

  it('goes on after a listener throws or rejects: the error goes to onError', async () => {
    const { hub, stream, errors } = await serve()
    const reader = await stream('ada')
    const heard = vi.fn()
    hub.on('n', () => {
      throw new Error('thrown')
    })
    hub.on('n', async () => Promise.reject(new Error('rejected')))
    hub.on('n', heard)
    for (const n of [1, 2]) await hub.publish('n', n)
    await eventually(() => expect(reader.payloads()).toEqual([1, 2]))
    expect(heard).toHaveBeenCalledTimes(2)
    await eventually(() =>
      expect([...errors].sort()).toEqual([
        ...Array(2).fill('on: Error: rejected'),
        ...Array(2).fill('on: Error: thrown'),
      ]),
    )
    expect(hub.stats().errors).toEqual({ on: 4 })
  })

  it('hears an event that another process has appended', async () => {
    const log = memoryLog()
    const { hub } = await serve({ log })
    const heard: unknown[] = []
    hub.on('n', (data) => heard.push(data))
    log.append({ type: 'n', json: '7', to: {}, at: 0 })
    expect(heard).toEqual([7])
  })
})

describe('observers', () => {
  it('hear of each event that is published, with who did it over HTTP', async () => {
    const published: Publication[] = []
    const { hub, post } = await serve({ onPublish: (each) => published.push(each) })
    const { id } = await hub.publish('n', 1, { topic: 'a', sessionIds: ['s'] })
    await hub.publish('n', 2, { volatile: true })
    await post('ada', { event: 'm', data: 3, userId: 'bob' })
    await expect(hub.publish('gap', 1)).rejects.toThrow()
    const at = expect.any(Number)
    expect(published).toEqual([
      { id, type: 'n', target: { topic: 'a', sessionIds: ['s'] }, at },
      { id: '', type: 'n', target: {}, at },
      {
        id: expect.stringMatching(/-2$/),
        type: 'm',
        target: { userId: 'bob' },
        at,
        principal: { userId: 'ada', seat: 5 },
      },
    ])
  })

  it('cannot change who gets an event in a replay', async () => {
    const { hub, stream } = await serve({
      onPublish: ({ target }) => void (target.sessionIds as string[] | undefined)?.push('other'),
    })
    const { id } = await hub.publish('n', 0)
    const to = { sessionIds: ['mine'] }
    await hub.publish('n', 1, to)
    const reader = await stream('ada', id)
    await eventually(() => expect(reader.find('live')).toBeDefined())
    expect([to, reader.payloads()]).toEqual([{ sessionIds: ['mine'] }, []])
  })

  it('hear of each event that a client is given: live, volatile, in a replay and after a filter that took its time', async () => {
    const delivered: Delivered[] = []
    const { hub, stream } = await serve({
      onDeliver: (each) => delivered.push(each),
      filter: ({ userId }, { data }) => (data === 'late' ? Promise.resolve(userId === 'ada') : data !== 'never'),
    })
    const { id: first } = await hub.publish('n', 0)
    const { id: second } = await hub.publish('n', 1)
    const reader = await stream('ada', first)
    const clientId = reader.find('connected')?.['clientId']
    await eventually(() => expect(reader.find('live')).toBeDefined())
    await hub.publish('v', 2, { volatile: true })
    await hub.publish('n', 'never')
    const { id: late } = await hub.publish('n', 'late')
    await eventually(() => expect(reader.payloads()).toEqual([1, 2, 'late']))
    const principal = { userId: 'ada', seat: 5 }
    expect(delivered).toEqual([
      { clientId, principal, id: second, type: 'n' },
      { clientId, principal, id: '', type: 'v' },
      { clientId, principal, id: late, type: 'n' },
    ])
  })

  it('may throw, reject and end the client that they hear of: the others have the event', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => reported.mockRestore())
    const { hub, stream } = await serve({
      async onPublish() {
        throw new Error('onPublish')
      },
      onDeliver({ principal }) {
        if (principal['userId'] === 'ada') hub.kick({ userId: 'ada' })
        throw new Error('onDeliver')
      },
    })
    const [ada, bob] = [await stream('ada'), await stream('bob')]
    await eventually(() => expect(hub.clients().every(({ live }) => live)).toBe(true))
    for (const n of [1, 2]) await hub.publish('n', n)
    await eventually(() => expect(bob.payloads()).toEqual([1, 2]))
    await eventually(() => expect(ada.ended()).toBe('end'))
    expect(ada.payloads()).toEqual([1])
    await eventually(() => expect(reported.mock.calls.length).toBe(5))
  })

  it('are refused for a name that does not exist, by an error that names the others', async () => {
    const { hub } = await serve()
    expect(() => hub.observe({ onSend() {} } as object)).toThrow(
      new TypeError(
        'observe takes no onSend; it takes onConnect, onDisconnect, onReplay, onPublish, onDeliver, onError',
      ),
    )
    expect(() => createHub({ onSend() {} } as object)).toThrow(
      /^onSend is no option; there are authenticate, .*onError$/,
    )
  })
})

describe('a log that takes its time', () => {
  it('has each of 3,000 publishes at once told its own outcome', async () => {
    const inner = memoryLog()
    const log = logWith(
      {
        append: async (record) => {
          const entry = await inner.append(record)
          await new Promise((resolve) => setImmediate(resolve))
          return entry
        },
      },
      inner,
    )
    const { hub, stream } = await serve({ log, limits: { queueEvents: Infinity, queueBytes: Infinity } })
    const reader = await stream('ada')
    await eventually(() => expect(hub.clients()[0]?.live).toBe(true))
    const all = await Promise.all(Array.from({ length: 3000 }, (_, n) => hub.publish('n', n)))
    expect(all.filter(({ delivered }) => delivered !== 1)).toEqual([])
    expect(all.map(({ id }) => id)).toEqual(all.map((_, n) => `${inner.epoch}-${n + 1}`))
    await eventually(() => expect(reader.payloads()).toHaveLength(3000))
  })

  it('may hang in append: other clients, other events and heartbeats go on', async () => {
    const inner = memoryLog()
    const log = logWith(
      { append: (record) => (record.type === 'hang' ? new Promise(() => {}) : inner.append(record)) },
      inner,
    )
    const { hub, stream } = await serve({ log, heartbeat: 20 })
    const reader = await stream('ada')
    void hub.publish('hang', 1)
    expect(await hub.publish('n', 2)).toMatchObject({ id: `${inner.epoch}-1` })
    await eventually(() => expect(reader.payloads()).toEqual([2]))
    const before = reader.text().split(': ping').length
    await eventually(() => expect(reader.text().split(': ping').length).toBeGreaterThan(before + 2))
  })

  it('may hang in read: its client has heartbeats, and other clients have their events', async () => {
    const log = logWith({ read: () => new Promise(() => {}) })
    const { hub, stream } = await serve({ log, heartbeat: 20 })
    const { id } = await hub.publish('n', 1)
    await hub.publish('n', 2)
    const [back, other] = [await stream('ada', id), await stream('bob')]
    await eventually(() => expect(back.text().split(': ping').length).toBeGreaterThan(3))
    await hub.publish('n', 3)
    await eventually(() => expect(other.payloads()).toEqual([3]))
    expect(back.find('live')).toBeUndefined()
  })
})
