import { type EventLog, InvalidEventError, type LogRecord, memoryLog } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'
import { hubBenches } from '../support/hubs.ts'
import { hubBench } from '../support/reader.ts'
import { schema } from '../support/schema.ts'

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

describe('several processes', () => {
  it('give volatile events to the clients and the listeners of all, once', async () => {
    const { nodes, clock } = hubBenches(3)
    const streams = await Promise.all(nodes.map(({ stream }) => stream('?user=ada')))
    const heard: unknown[] = []
    for (const { hub } of nodes) hub.on('cursor', (data) => heard.push(data))
    const published = await nodes[0]?.hub.publish('cursor', 7, { volatile: true, userId: 'ada' })
    await clock.settle()
    expect(published).toEqual({ id: '', delivered: 1 })
    expect(streams.map(({ payloads }) => payloads())).toEqual([[7], [7], [7]])
    expect(heard).toEqual([7, 7, 7])
    await nodes[0]?.hub.publish('cursor', 8, { volatile: true, userId: 'bob' })
    await clock.settle()
    expect(streams.map(({ payloads }) => payloads())).toEqual([[7], [7], [7]])
  })

  it('leave out the stream that an event excepts, and reach one by its id, wherever it is', async () => {
    const { nodes, clock } = hubBenches(2)
    const streams = await Promise.all(nodes.map(({ stream }) => stream()))
    const ids = streams.map(({ find }) => `${find('connected')?.['clientId']}`)
    await nodes[0]?.hub.publish('n', 1, { except: ids[1] ?? '' })
    await nodes[0]?.hub.publish('n', 2, { except: ids[1] ?? '', volatile: true })
    await nodes[0]?.hub.toClients(ids[1] ?? '', 'n', 3)
    await nodes[0]?.hub.toClients(ids[1] ?? '', 'n', 4, { volatile: true })
    await clock.settle()
    expect(streams.map(({ payloads }) => payloads())).toEqual([
      [1, 2],
      [3, 4],
    ])
  })
})
