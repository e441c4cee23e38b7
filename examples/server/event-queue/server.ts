import { serve } from '@hono/node-server'
import {
  createEffects,
  createHub,
  type EffectContext,
  type EventLog,
  readToken,
  type WorkRetry,
} from 'headwater/server'
import { Hono } from 'hono'
import { type Command, type Dispatch, decide, type Shop, type ShopEvents } from './rules.ts'

/** Stands for your sessions: whose a token is. */
const users = new Map([
  ['token-of-ada', 'ada'],
  ['token-of-bob', 'bob'],
])

const userOf = (request: Request) => users.get(readToken(request, { cookie: 'session', query: 'token' }) ?? '')

export interface ShopOptions {
  /** Where the hub keeps its events. */
  readonly log?: EventLog
  readonly retry?: WorkRetry
}

export function createApp(initial: Shop, { log, retry }: ShopOptions = {}) {
  const hub = createHub<ShopEvents>({
    log,
    authenticate(request) {
      const userId = userOf(request)
      return userId ? { userId } : null
    },
  })

  const shop = createEffects({
    hub,
    initial,
    reduce: decide,
    retry,
    handlers: { dispatch: ({ command }: Dispatch, { push }: EffectContext<Command>) => push(command) },
    onDeadLetter: ({ effect, error }) => console.error('given up', JSON.stringify(effect), error),
  })

  const app = new Hono()
  app.all('/api/events/*', (c) => hub.fetch(c.req.raw))
  app.post('/api/orders', async (c) => {
    const userId = userOf(c.req.raw)
    if (!userId) return c.body(null, 401)
    const { id, sku, count } = await c.req.json<{ id?: unknown; sku?: unknown; count?: unknown }>()
    if (typeof id !== 'string' || typeof sku !== 'string') return c.body(null, 400)
    const order = { type: 'order.place', userId, orderId: id, sku, count: Number(count) } as const
    // The client makes the id, so that a request that it sends again is known. Nobody can use up another's.
    await shop.push({ ...order, id: `${userId}/${id}` })
    return c.body(null, 204)
  })
  return { app, hub, shop }
}

if (import.meta.main) {
  const { app, hub, shop } = createApp({
    stock: new Map([
      ['lamp', 3],
      ['chair', 10],
    ]),
    reordered: [],
  })
  const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
    console.log(`http://localhost:${port}`)
  })
  process.once('SIGTERM', async () => {
    // Finish the accepted events first, while clients are still connected.
    await shop.close({ drain: 5000 })
    await hub.close({ drain: 5000 })
    server.close()
  })
}
