import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { createHub, readToken } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'

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

/** The app's own routes ask the same. */
async function signedIn({ originalUrl, headers }: FastifyRequest, reply: FastifyReply) {
  const request = new Request(`http://localhost${originalUrl}`, { headers: headers as Record<string, string> })
  if (!principalOf(request)) return reply.code(401).send()
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

  const app = Fastify()
  const handle = toNodeHandler(hub)
  app.all('/api/events*', (request, reply) => {
    reply.hijack()
    // Fastify has read and parsed the body, and keeps it to itself.
    return handle(Object.assign(request.raw, { body: request.body }), reply.raw)
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
