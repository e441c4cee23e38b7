import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type EventMap, fetchTransport } from 'headwater'
import { createHubClient, type HubClient, type HubClientOptions } from 'headwater/hub'
import type { Hub } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { onTestFinished } from 'vitest'

/*
 * What the five systems share: a server with routes of its own beside the hub, and clients.
 */

/** A route of the application: what it answers is sent as JSON. Undefined: status 204. */
export type Route = (body: Record<string, unknown>, request: IncomingMessage) => unknown

/** Thrown by a route, it is the answer. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

async function answer(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  try {
    const value = await route(text ? JSON.parse(text) : {}, request)
    response.writeHead(value === undefined ? 204 : 200, { 'content-type': 'application/json' })
    response.end(value === undefined ? undefined : JSON.stringify(value))
  } catch (error) {
    const status = error instanceof Refused ? error.status : 500
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: `${error}` }))
  }
}

/** A system that is being served: the hub under `/api/events`, and its routes. */
export interface System {
  readonly origin: string
  readonly events: string
  /** Asks a route: `get('/api/orders')`, `post('/api/orders', { … })`. */
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
}

/** Serves a hub and routes, such as `{ 'POST /api/orders': (body) => … }`, until the test is over. */
export async function serve(
  hub: Pick<Hub, 'accept' | 'close'>,
  routes: Readonly<Record<string, Route>> = {},
): Promise<System> {
  const handle = toNodeHandler(hub)
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    const route = routes[`${request.method} ${path}`]
    if (route) return answer(route, request, response)
    return handle(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    await hub.close()
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    events: `${origin}/api/events`,
    get: (path, headers = {}) => fetch(origin + path, { headers }),
    post: (path, body = {}, headers = {}) =>
      fetch(origin + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  }
}

/** A client that keeps what it hears. */
export interface Listener<E> {
  readonly client: HubClient<E>
  /** `type data`, in order. */
  readonly heard: readonly { readonly type: string; readonly data: unknown }[]
  /** Resolves with all payloads of these events so far, when there are so many. */
  until(type: string, count?: number): Promise<unknown[]>
  /** Resolves when the client has reached a state. */
  reach(status: string): Promise<void>
}

export type ClientOptions<E> = HubClientOptions<E> & { readonly query?: Record<string, string> }

/** A client, not connected yet. */
export function listener<E extends EventMap>(
  { events }: System,
  { query = {}, ...options }: ClientOptions<E> = {},
): Listener<E> {
  const parameters = new URLSearchParams(query).toString()
  const client = createHubClient<E>(parameters ? `${events}?${parameters}` : events, {
    transport: fetchTransport(),
    retry: { initial: 0, jitter: 'none' },
    ...options,
  })
  onTestFinished(() => client.close())
  const heard: { readonly type: string; readonly data: unknown }[] = []
  const waiters = new Set<() => void>()
  client.observe({
    onEvent({ type, data }) {
      heard.push({ type, data })
      for (const waiter of [...waiters]) waiter()
    },
  })
  return {
    client,
    heard,
    until(type, count = 1) {
      const all = (): unknown[] => heard.flatMap((event) => (event.type === type ? [event.data] : []))
      return new Promise((resolve) => {
        const look = (): void => {
          if (all().length < count) return
          waiters.delete(look)
          resolve(all())
        }
        waiters.add(look)
        look()
      })
    },
    reach: (status) =>
      new Promise((resolve) => {
        let off = (): void => {}
        const look = (): void => {
          if (client.state.get().status !== status) return
          off()
          resolve()
        }
        off = client.state.subscribe(look)
        look()
      }),
  }
}

/** A client that is connected. */
export async function join<E extends EventMap>(system: System, options?: ClientOptions<E>): Promise<Listener<E>> {
  const joined = listener<E>(system, options)
  joined.client.connect()
  await joined.reach('open')
  return joined
}

/** Waits until the hub has so many clients. */
export async function clients(hub: Pick<Hub, 'stats'>, count: number): Promise<void> {
  while (hub.stats().clients !== count) await new Promise(setImmediate)
}

/** A promise that a test resolves. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}
