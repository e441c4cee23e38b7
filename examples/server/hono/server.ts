import { serve } from '@hono/node-server'
import { createHub, readToken } from 'headwater/server'
import { Hono } from 'hono'

interface Order {
  readonly id: string
  readonly total: number
}

/** The events that clients may send to each other. `table-update` comes from the hub itself. */
interface Events {
  'order.touched': { readonly id: string }
}

interface User {
  readonly userId: string
}

/** Stands for your sessions: whose a token is. */
const users = new Map<string, User>([
  ['token-of-ada', { userId: 'ada' }],
  ['token-of-bob', { userId: 'bob' }],
])

export function createApp() {
  const hub = createHub<Events>({
    canPublish: (_, { event, topic }) => event === 'order.touched' && topic === 'orders',
  })
  const orders: Order[] = []
  // Tells the clients that show orders to load them again.
  const addOrder = hub.notifyAfter('orders', (total: number) => {
    const order: Order = { id: `A-${orders.length + 1}`, total }
    orders.push(order)
    return order
  })

  const app = new Hono<{ Variables: { user: User | undefined } }>()
  // Stands for your middleware: it finds out who makes the request.
  app.use(async (c, next) => {
    c.set('user', users.get(readToken(c.req.raw, { cookie: 'session', query: 'token' }) ?? ''))
    await next()
  })
  app.all('/api/events/*', (c) => hub.fetch(c.req.raw, { principal: c.get('user') ?? null }))
  app.use('/api/orders', async (c, next) => (c.get('user') ? next() : c.body(null, 401)))
  app.get('/api/orders', (c) => c.json(orders))
  app.post('/api/orders', async (c) => {
    const { total } = await c.req.json<{ total?: unknown }>()
    return c.json(await addOrder(Number(total)), 201)
  })
  return { app, hub }
}

if (import.meta.main) {
  const { app, hub } = createApp()
  const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
    console.log(`http://localhost:${port}`)
  })
  process.once('SIGTERM', async () => {
    // For five seconds clients move to another server, one by one. An open stream would keep this one from closing.
    await hub.close({ drain: 5000 })
    server.close()
  })
}
