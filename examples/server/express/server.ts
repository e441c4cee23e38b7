import type { AddressInfo } from 'node:net'
import express, { type RequestHandler } from 'express'
import { createHub, readToken } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'

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

interface Visit {
  user?: User | undefined
}

/** Stands for your middleware, Passport for instance: it finds out who makes the request. */
const findUser: RequestHandler = (request: express.Request & Visit, _, next) => {
  const { originalUrl, headers } = request
  const standard = new Request(`http://localhost${originalUrl}`, { headers: headers as Record<string, string> })
  request.user = users.get(readToken(standard, { cookie: 'session', query: 'token' }) ?? '')
  next()
}

const signedIn: RequestHandler = ({ user }: express.Request & Visit, response, next) => {
  if (user) next()
  else response.sendStatus(401)
}

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

  const app = express()
  app.use(findUser)
  app.use('/api/events', toNodeHandler(hub, { principal: ({ user }: express.Request & Visit) => user ?? null }))
  app.get('/api/orders', signedIn, (_, response) => {
    response.json(orders)
  })
  app.post('/api/orders', signedIn, express.json(), async (request, response) => {
    response.status(201).json(await addOrder(Number(request.body?.total)))
  })
  return { app, hub }
}

if (import.meta.main) {
  const { app, hub } = createApp()
  const server = app.listen(Number(process.env.PORT ?? 3000), () => {
    console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
  })
  process.once('SIGTERM', async () => {
    // For five seconds clients move to another server, one by one. An open stream would keep this one from closing.
    await hub.close({ drain: 5000 })
    server.close()
  })
}
