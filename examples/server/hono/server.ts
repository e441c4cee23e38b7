import { serve } from '@hono/node-server'
import { createHub, readToken } from 'headwater/server'
import { Hono } from 'hono'

interface Order {
  readonly id: string
  readonly total: number
}

/** What clients may tell each other; `table-update` comes from the hub itself. */
interface Events {
  'order.touched': { readonly id: string }
}

/** Stands for your sessions: whose a token is. */
const users = new Map([
  ['token-of-ada', 'ada'],
  ['token-of-bob', 'bob'],
])

function principalOf(request: Request) {
  const userId = users.get(readToken(request, { cookie: 'session', query: 'token' }) ?? '')
  return userId ? { userId } : null
}

export function createApp() {
  const hub = createHub<Events>({
    authenticate: principalOf,
    canPublish: (_, { event, topic }) => event === 'order.touched' && topic === 'orders',
  })
  const orders: Order[] = []
  // Whoever shows orders hears that there are others now, and loads them.
  const addOrder = hub.notifyAfter('orders', (total: number) => {
    const order: Order = { id: `A-${orders.length + 1}`, total }
    orders.push(order)
    return order
  })

  const app = new Hono()
  app.all('/api/events/*', (c) => hub.fetch(c.req.raw))
  // The app's own routes ask the same.
  app.use('/api/orders', async (c, next) => (principalOf(c.req.raw) ? next() : c.body(null, 401)))
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
