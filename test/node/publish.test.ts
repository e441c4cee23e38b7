import { createHubClient } from 'headwater/hub'
import { createHub, type HubOptions, type PublishOptions, type ShapeEvents } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { schema } from '../support/schema.ts'
import { serveHub } from '../support/serving.ts'

/*
 * What is published, over real HTTP to clients of ours.
 */

async function serve(options: HubOptions = {}) {
  const errors: [where: string, error: string][] = []
  const hub = createHub({
    heartbeat: false,
    authenticate({ url }) {
      const parameters = new URL(url).searchParams
      return { userId: parameters.get('user') ?? 'nobody', tenant: parameters.get('tenant') ?? undefined }
    },
    onError: (error, where) => errors.push([where, `${error}`]),
    ...options,
  })
  const { url } = await serveHub(hub)
  let open = 0
  return {
    hub,
    url,
    errors,
    /** Connects a client, and collects what it hears. */
    async listen(query: string, topics: readonly string[] = []) {
      const heard: [type: string, data: unknown][] = []
      const client = createHubClient<Record<string, unknown>>(url + query, { topics })
      onTestFinished(() => client.close())
      client.subscribe('*', (data, { type }) => heard.push([type, data]))
      await eventually(() => expect(hub.stats().clients).toBe(open + 1))
      open++
      return { client, heard }
    },
    async post(body: unknown, query = '') {
      const response = await fetch(url + query, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },
  }
}

describe('an event with a wrong target', () => {
  it('reaches nobody, and the next one reaches who it is for', async () => {
    const { hub, listen, post } = await serve({ canPublish: () => true })
    const { heard } = await listen('?user=ada')
    const inherited: PublishOptions = Object.create({ userId: 'bob' })
    await expect(hub.publish('secret', 1, inherited)).rejects.toThrow(/userId is inherited/)
    await expect(hub.notification('secret', 'info', inherited)).rejects.toThrow(TypeError)
    for (const body of [
      { event: 'secret', userId: [] },
      { event: 'secret', userId: ['bob'] },
      { event: 'secret', clientIds: [null] },
      { event: 'secret', user: 'bob' },
      { event: 'secret', target: { userId: 'bob' } },
      JSON.parse('{"event":"secret","__proto__":{"userId":"bob"}}'),
    ])
      expect(await post(body)).toMatchObject({ status: 400 })
    expect((await post({ event: 'secret', clientIds: [] })).body).toMatchObject({ delivered: 0 })
    await hub.toUser('ada', 'n', 1)
    await eventually(() => expect(heard).toEqual([['n', 1]]))
  })
})

describe('an event about a resource', () => {
  it('goes to those of one tenant that have joined it, or nothing', async () => {
    const { hub, listen } = await serve()
    const [orders, jobs, all, other] = [
      await listen('?tenant=acme', ['orders']),
      await listen('?tenant=acme', ['jobs']),
      await listen('?tenant=acme'),
      await listen('?tenant=umbrella', ['orders']),
    ]
    await hub.update('orders', 'changed', 1, { tenant: 'acme' })
    await hub.emitUpdate('orders', { id: 2 }, { tenant: 'acme' })
    const save = hub.notifyAfter('orders', (id: number) => ({ id }), { tenant: 'acme', data: ({ id }) => id })
    await save(3)
    await hub.emitUpdate('orders', undefined, { tenant: 'acme' })
    await hub.broadcast('last', 0)
    const expected = [
      ['update', expect.objectContaining({ resource: 'orders', data: 1 } satisfies Partial<ShapeEvents['update']>)],
      ['table-update', { resource: 'orders', data: { id: 2 } }],
      ['table-update', { resource: 'orders', data: 3 }],
      ['table-update', { resource: 'orders' }],
      ['last', 0],
    ]
    await eventually(() => expect([orders.heard, all.heard]).toEqual([expected, expected]))
    await eventually(() => expect([jobs.heard, other.heard]).toEqual([[['last', 0]], [['last', 0]]]))
  })

  it('is published though the data for it cannot be made, and the caller has its result', async () => {
    const { hub, listen, errors } = await serve()
    const { heard } = await listen('')
    const save = hub.notifyAfter('orders', () => 7, {
      data() {
        throw new Error('no data')
      },
    })
    expect(await save()).toBe(7)
    await eventually(() => expect(heard).toEqual([['table-update', { resource: 'orders' }]]))
    expect(errors).toEqual([['notifyAfter', 'Error: no data']])
  })
})

describe('a service that publishes over HTTP', () => {
  it('publishes for the tenant that canPublish names, and nobody names one in the body', async () => {
    const { hub, listen, post, errors } = await serve({
      canPublish: ({ userId, tenant }, { data }) =>
        userId === 'billing' ? { tenant: `${(data as { customer: unknown }).customer}` } : tenant === 'acme',
    })
    const [acme, umbrella] = [await listen('?tenant=acme'), await listen('?tenant=umbrella')]
    const invoice = { event: 'invoice', data: { customer: 'umbrella' } }
    expect(await post(invoice, '?user=billing')).toMatchObject({ status: 200, body: { delivered: 1 } })
    expect(await post({ ...invoice, tenant: 'umbrella' }, '?user=billing')).toMatchObject({ status: 400 })
    expect(await post(invoice, '?tenant=umbrella')).toMatchObject({ status: 403 })
    expect(await post(invoice, '?tenant=acme')).toMatchObject({ status: 200, body: { delivered: 1 } })
    await hub.broadcast('last', 0)
    const last = ['last', 0]
    await eventually(() => expect(acme.heard).toEqual([['invoice', invoice.data], last]))
    await eventually(() => expect(umbrella.heard).toEqual([['invoice', invoice.data], last]))
    expect(errors).toEqual([])
  })
})

describe('a price that changes faster than anybody looks', () => {
  it('reaches the client as its first and its newest value', async () => {
    // A busy machine would take longer than the window to publish all of them.
    const clock = createClock()
    const { hub, listen, post } = await serve({ canPublish: () => true, clock })
    const { heard } = await listen('?user=ada')
    const options = { key: 'lamp', window: 20, userId: 'ada' }
    const publishing = Promise.all(Array.from({ length: 100 }, (_, n) => hub.publish('price', n, options)))
    await eventually(() => expect(heard).toEqual([['price', 0]]))
    await clock.advance(20)
    const outcomes = await publishing
    await eventually(() =>
      expect(heard).toEqual([
        ['price', 0],
        ['price', 99],
      ]),
    )
    expect(outcomes.filter(({ superseded }) => superseded)).toHaveLength(98)
    expect(await post({ event: 'price', data: 1, key: 'lamp', window: 20 })).toMatchObject({ status: 400 })
  })

  it('has its newest value sent when the hub closes', async () => {
    const { hub, listen } = await serve()
    const { heard } = await listen('')
    for (const n of [1, 2, 3]) void hub.publish('price', n, { key: 'lamp', window: 3_600_000 })
    await hub.close()
    await eventually(() =>
      expect(heard).toEqual([
        ['price', 1],
        ['price', 3],
      ]),
    )
  })
})

describe('a BigInt', () => {
  it('comes back as one, with a replacer on the server and parse on the client', async () => {
    const { hub, url } = await serve({
      replacer: (_, value) => (typeof value === 'bigint' ? { $bigint: `${value}` } : value),
    })
    const client = createHubClient<{ balance: { total: bigint } }>(url, {
      parse: (raw) =>
        JSON.parse(raw, (_, value) => (typeof value?.$bigint === 'string' ? BigInt(value.$bigint) : value)),
    })
    onTestFinished(() => client.close())
    const heard: unknown[] = []
    client.subscribe('balance', ({ total }) => heard.push(total))
    await eventually(() => expect(hub.stats().clients).toBe(1))
    await hub.publish('balance', { total: 2n ** 64n })
    await eventually(() => expect(heard).toEqual([2n ** 64n]))
  })
})

describe('an event with a schema', () => {
  it('reaches clients as the output of the schema, from code and from a POST, and in order', async () => {
    const order = schema(async (value) => {
      const { id, total } = Object(value)
      return typeof id === 'string'
        ? { value: { id, total: total ?? 0 } }
        : { issues: [{ message: 'want a text', path: ['id'] }] }
    })
    const { hub, listen, post, errors } = await serve({ canPublish: () => true, schemas: { order } })
    const { client, heard } = await listen('?user=ada')
    const outcomes = await Promise.allSettled([
      hub.publish('order', { id: 'A-1', secret: 'x' }),
      hub.publish('note', 'fast'),
      hub.publish('order', { id: 7 }),
      hub.publish('note', 'last'),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(await client.send('order', { id: 'A-2', total: 5, secret: 'x' })).toMatchObject({ delivered: 1 })
    const refused = await post({ event: 'order', data: { id: 7 } })
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { code: 'event', message: 'the data of order does not fit its schema: id: want a text' } },
    })
    await eventually(() =>
      expect(heard).toEqual([
        ['order', { id: 'A-1', total: 0 }],
        ['note', 'fast'],
        ['note', 'last'],
        ['order', { id: 'A-2', total: 5 }],
      ]),
    )
    expect(errors).toEqual([])
  })
})
