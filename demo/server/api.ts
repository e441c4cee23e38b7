import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { EventLog } from '../../server/index.ts'
import { toNodeHandler } from '../../server/node.ts'
import type { MissedCount, OrdersSnapshot, StreamCount } from '../shared/events.ts'
import { findUser } from '../shared/users.ts'
import type { Faults } from './faults.ts'
import type { ShopHub } from './hub.ts'
import { countMissed, listPublished } from './missed.ts'
import type { Orders } from './orders.ts'
import type { Simulation } from './simulation.ts'
import type { Streams } from './streams.ts'
import { bearerOf, type Claims, type Tokens, visitor } from './token.ts'

/*
 * The routes. All that is below /api/events is the hub's own: streams, topics, publishing, figures, reset.
 */

/** A body, sent as JSON. Or a status without a body. */
type Answer = object | number

type Route = (query: URLSearchParams, claims: Claims | undefined) => Answer | Promise<Answer>

/** A token of a visitor's is known, and not enough. */
const forOperators =
  (act: Route): Route =>
  (query, claims) =>
    claims?.role === 'operator' ? act(query, claims) : claims ? 403 : 401

export interface Parts {
  readonly hub: ShopHub
  readonly log: EventLog
  readonly orders: Orders
  readonly tokens: Tokens
  readonly faults: Faults
  readonly streams: Streams
  /** Undefined where another process publishes. */
  readonly simulation: Simulation | undefined
}

export function createApi({ hub, log, orders, tokens, faults, streams, simulation }: Parts): RequestListener {
  const serveHub = toNodeHandler(hub)
  const routes: Readonly<Record<string, Route>> = {
    'GET /api/orders': () =>
      ({ cursor: `${log.epoch}-${log.head}`, orders: [...orders.table.values()] }) satisfies OrdersSnapshot,
    'GET /api/connections': (query) => ({ streams: streams.count(query.get('tabs')) }) satisfies StreamCount,
    'GET /api/token'(query) {
      // Where a real application would want a password.
      const who = visitor(query.get('user'))
      return who ? { token: tokens.mint(who) } : 400
    },
    async 'GET /api/missed'(query, claims) {
      const [after, before] = [Number(query.get('after')), Number(query.get('before'))]
      if (!claims) return 401
      if (!Number.isSafeInteger(after) || !(before > after)) return 400
      return { missed: await countMissed(log, claims, after, before) } satisfies MissedCount
    },
    async 'GET /api/published'(query, claims) {
      return claims ? listPublished(log, claims, query.get('after') ?? '') : 401
    },
    'POST /api/admin/order': forOperators(() => simulation?.takeOrder() ?? 404),
    'POST /api/admin/kick': forOperators((query) => {
      const user = findUser(query.get('user'))
      return user ? { ended: hub.kick({ userId: user.id }) } : 400
    }),
  }

  /** `POST /api/faults/drop` and the like. */
  function causeFault(name: string): Answer {
    const [, fault] = /^POST \/api\/faults\/(\w+)$/.exec(name) ?? []
    if (!fault || !Object.hasOwn(faults.cause, fault)) return 404
    faults.cause[fault as keyof typeof faults.cause]()
    return 202
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const name = `${request.method} ${pathname}`
    if (/^\/api\/events(\/|$)/.test(pathname)) {
      if (faults.refuse(response)) return
      if (name === 'GET /api/events') streams.add(request, response)
      return serveHub(request, response)
    }
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined
    const claims = tokens.read(bearerOf(request.headers))
    const good = claims && faults.accepts(claims) ? claims : undefined
    const found = route ? await route(searchParams, good) : causeFault(name)
    if (typeof found === 'number') return response.writeHead(found).end()
    return send(response, 200, found)
  }

  return (request, response) => {
    // A log that was handed over to another process, above all: it will do better in a moment.
    answer(request, response).catch(({ message }: Error) => send(response, 503, { error: { message } }))
  }
}

const send = (response: ServerResponse, status: number, value: object): unknown =>
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(value))
