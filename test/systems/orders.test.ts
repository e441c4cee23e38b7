import { QueryClient, QueryObserver } from '@tanstack/query-core'
import { createHub, memoryLog, type ShapeEvents } from 'headwater/server'
import { bindQueryClient } from 'headwater/tanstack-query'
import { expect, it, onTestFinished } from 'vitest'
import { clients, gate, join, Refused, serve } from './support.ts'

/*
 * A table of orders with TanStack Query: a mutation tells every page that shows the table, and the cache follows.
 */

interface Order {
  readonly id: string
  readonly total: number
  readonly ts: number
}

interface Events extends ShapeEvents {
  'order.patched': { readonly id: string; readonly total: number; readonly ts: number }
  'order.created': Order
}

async function start(size = 1000) {
  const hub = createHub<Events>({
    authenticate: ({ headers }) => ({ userId: headers.get('x-user') ?? 'ada' }),
    log: memoryLog({ size }),
  })
  const database = new Map<string, Order>([['A-1', { id: 'A-1', total: 10, ts: 1 }]])
  const fetches: string[] = []
  const save = hub.notifyAfter('orders', async ({ id, total }: { id: string; total: number }) => {
    if (total < 0) throw new Refused(422, 'the total is less than nothing')
    const order = { id, total, ts: (database.get(id)?.ts ?? 0) + 1 }
    database.set(id, order)
    return order
  })
  const system = await serve(hub, {
    'GET /api/orders': () => {
      fetches.push('list')
      return [...database.values()]
    },
    'POST /api/orders': (body) => save(body as unknown as Order),
  })
  return { hub, database, fetches, system }
}

/** A page that shows the table, and keeps its cache up to date. */
async function page(
  { system }: Pick<Awaited<ReturnType<typeof start>>, 'system'>,
  { topics = ['orders'] }: { readonly topics?: readonly string[] } = {},
) {
  const live = await join<Events>(system, { topics })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  onTestFinished(
    bindQueryClient(live.client, queries, {
      'table-update': { invalidate: ({ resource }) => [resource] },
      'order.patched': {
        keys: ['orders'],
        patch: ({ id, ...patch }) => ({
          queryKey: ['orders'],
          update: (all: Order[]) =>
            all.map((order) => (order.id === id && patch.ts >= order.ts ? { ...order, ...patch } : order)),
        }),
      },
      'order.created': {
        patch: (order) => ({ queryKey: ['order', order.id], update: order, create: true }),
      },
    }),
  )
  const observer = new QueryObserver<Order[]>(queries, {
    queryKey: ['orders'],
    queryFn: async () => (await system.get('/api/orders')).json(),
  })
  const results: (Order[] | undefined)[] = []
  const waiters = new Set<() => void>()
  onTestFinished(
    observer.subscribe(({ data }) => {
      results.push(data)
      for (const waiter of [...waiters]) waiter()
    }),
  )
  onTestFinished(() => queries.clear())
  const shows = (total: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!results.at(-1)?.some((order) => order.total === total)) return
        waiters.delete(look)
        resolve()
      }
      waiters.add(look)
      look()
    })
  await shows(10)
  return { live, queries, shows, results }
}

it('loads the table again in every page when a mutation has succeeded', async () => {
  const app = await start()
  const [one, two] = await Promise.all([page(app), page(app)])
  expect(await (await app.system.post('/api/orders', { id: 'A-1', total: 40 })).json()).toMatchObject({ total: 40 })
  await Promise.all([one.shows(40), two.shows(40)])
  expect(app.fetches).toHaveLength(4)
})

it('shows a new row', async () => {
  const app = await start()
  const { shows, results } = await page(app)
  await app.system.post('/api/orders', { id: 'A-2', total: 7 })
  await shows(7)
  expect(results.at(-1)?.map(({ id }) => id)).toEqual(['A-1', 'A-2'])
})

it('tells nobody of a mutation that failed', async () => {
  const app = await start()
  const { live } = await page(app)
  expect((await app.system.post('/api/orders', { id: 'A-1', total: -1 })).status).toBe(422)
  await app.hub.system('end')
  await live.until('system')
  expect([live.heard.length, app.fetches.length]).toEqual([1, 1])
})

it('loads the table again after a change that was made without the app', async () => {
  const app = await start()
  const { shows } = await page(app)
  app.database.set('A-1', { id: 'A-1', total: 55, ts: 2 })
  expect(await app.hub.emitUpdate('orders')).toMatchObject({ delivered: 1 })
  await shows(55)
})

it('leaves alone a page that shows another table', async () => {
  const app = await start()
  const { live } = await page(app, { topics: ['users'] })
  await app.system.post('/api/orders', { id: 'A-1', total: 40 })
  await app.hub.system('end')
  await live.until('system')
  expect(app.fetches).toHaveLength(1)
})

it('tells a page that has joined nothing', async () => {
  const app = await start()
  const { shows } = await page(app, { topics: [] })
  await app.system.post('/api/orders', { id: 'A-1', total: 40 })
  await shows(40)
})

it('patches a row in place, without a fetch', async () => {
  const app = await start()
  const { shows } = await page(app)
  await app.hub.toTopic('orders', 'order.patched', { id: 'A-1', total: 41, ts: 2 })
  await shows(41)
  expect(app.fetches).toHaveLength(1)
})

it('does not let an older event undo a newer row', async () => {
  const app = await start()
  const { live, shows, queries } = await page(app)
  await app.hub.toTopic('orders', 'order.patched', { id: 'A-1', total: 42, ts: 5 })
  await app.hub.toTopic('orders', 'order.patched', { id: 'A-1', total: 41, ts: 4 })
  await live.until('order.patched', 2)
  await shows(42)
  expect(queries.getQueryData<Order[]>(['orders'])).toMatchObject([{ total: 42 }])
})

it('keeps an optimistic row until the server says what became of it', async () => {
  const app = await start()
  const { queries, shows } = await page(app)
  queries.setQueryData<Order[]>(['orders'], (all = []) => all.map((order) => ({ ...order, total: 99, ts: 2 })))
  await shows(99)
  await app.hub.toTopic('orders', 'order.patched', { id: 'A-1', total: 1, ts: 1 })
  await app.system.post('/api/orders', { id: 'A-1', total: 40 })
  await shows(40)
  expect(queries.getQueryData<Order[]>(['orders'])).toEqual([{ id: 'A-1', total: 40, ts: 2 }])
})

it('puts an order into the cache that it has not seen before', async () => {
  const app = await start()
  const { live, queries } = await page(app)
  await app.hub.toTopic('orders', 'order.created', { id: 'A-9', total: 3, ts: 1 })
  await live.until('order.created')
  expect(queries.getQueryData(['order', 'A-9'])).toEqual({ id: 'A-9', total: 3, ts: 1 })
})

it('loads the table once for many events that arrive together', async () => {
  const app = await start()
  const { shows } = await page(app)
  const update = app.hub.notifyAfter('orders', () => {})
  app.database.set('A-1', { id: 'A-1', total: 40, ts: 2 })
  await Promise.all(Array.from({ length: 50 }, () => update()))
  await shows(40)
  expect(app.fetches.length).toBeLessThan(5)
})

it('loads the table again after events were lost', async () => {
  const app = await start(1)
  const { live, shows } = await page(app)
  await app.hub.system('one')
  await live.until('system')
  live.client.disconnect()
  await clients(app.hub, 0)
  app.database.set('A-1', { id: 'A-1', total: 77, ts: 9 })
  for (const message of ['two', 'three', 'four']) await app.hub.system(message)
  live.client.connect()
  await shows(77)
})

it('has the patches that were published while the page was away', async () => {
  const app = await start()
  const { live, shows } = await page(app)
  await app.hub.system('one')
  await live.until('system')
  live.client.disconnect()
  await clients(app.hub, 0)
  await app.hub.toTopic('orders', 'order.patched', { id: 'A-1', total: 41, ts: 2 })
  live.client.connect()
  await shows(41)
  expect(app.fetches).toHaveLength(1)
})

it('leaves out the page that made the change, if its id is given', async () => {
  const app = await start()
  const [mine, other] = await Promise.all([page(app), page(app)])
  const change = app.hub.notifyAfter('orders', () => {}, { except: mine.live.client.clientId })
  await change()
  await app.hub.system('end')
  await Promise.all([mine.live.until('system'), other.live.until('system')])
  expect([mine.live.heard.length, other.live.heard.length]).toEqual([1, 2])
})

it('answers the mutation with what it returned, though nobody could be told', async () => {
  const log = memoryLog()
  log.append = () => {
    throw new Error('the disk is full')
  }
  const errors: unknown[] = []
  const hub = createHub({ log, onError: (error, where) => errors.push([where, `${error}`]) })
  await serve(hub)
  expect(await hub.notifyAfter('orders', () => 7)()).toBe(7)
  expect(errors).toEqual([['notifyAfter', 'Error: the disk is full']])
})

it('drops a cache of the server when its table has changed', async () => {
  const app = await start()
  const cache = new Map<string, unknown>([
    ['orders', []],
    ['users', []],
  ])
  onTestFinished(app.hub.on('table-update', ({ resource }) => cache.delete(resource)))
  await app.system.post('/api/orders', { id: 'A-1', total: 40 })
  expect([...cache.keys()]).toEqual(['users'])
})

it('holds a publication back until its mutation is done', async () => {
  const app = await start()
  const { live } = await page(app)
  const saving = gate()
  const change = app.hub.notifyAfter('orders', () => saving.opened)()
  await app.hub.system('first')
  saving.open()
  await change
  await live.until('table-update')
  expect(live.heard.map(({ type }) => type)).toEqual(['system', 'table-update'])
})
