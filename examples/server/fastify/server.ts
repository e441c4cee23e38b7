import type { IncomingMessage } from 'node:http'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
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

/** Stands for your plugin, @fastify/jwt for instance: it finds out who makes the request. */
async function findUser(request: FastifyRequest & Visit) {
  const { originalUrl, headers } = request
  const standard = new Request(`http://localhost${originalUrl}`, { headers: headers as Record<string, string> })
  request.user = users.get(readToken(standard, { cookie: 'session', query: 'token' }) ?? '')
}

async function signedIn({ user }: FastifyRequest & Visit, reply: FastifyReply) {
  if (!user) return reply.code(401).send()
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

  const app = Fastify()
  app.addHook('onRequest', findUser)
  const handle = toNodeHandler(hub, { principal: ({ user }: IncomingMessage & Visit) => user ?? null })
  app.all('/api/events*', (request: FastifyRequest & Visit, reply) => {
    reply.hijack()
    // Fastify has parsed the body. It keeps the body, and what plugins have found out, in its own request.
    return handle(Object.assign(request.raw, { body: request.body, user: request.user }), reply.raw)
  })
  app.get('/api/orders', { preHandler: signedIn }, () => orders)
  app.post<{ Body: { total?: unknown } | undefined }>(
    '/api/orders',
    { preHandler: signedIn },
    async (request, reply) => {
      reply.code(201)
      return addOrder(Number(request.body?.total))
    },
  )
  return { app, hub }
}

if (import.meta.main) {
  const { app, hub } = createApp()
  // For five seconds clients move to another server, one by one. An open stream would keep this one from closing.
  app.addHook('preClose', () => hub.close({ drain: 5000 }))
  process.once('SIGTERM', () => app.close())
  console.log(await app.listen({ port: Number(process.env.PORT ?? 3000) }))
}
