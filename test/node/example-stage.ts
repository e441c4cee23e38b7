import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ConnectionState, type EventMap, fetchTransport, type SSEClient } from 'headwater'
import { createHubClient, type HubClient, type HubClientOptions } from 'headwater/hub'
import type { Hub } from 'headwater/server'
import { onTestFinished } from 'vitest'

/** An example that is being served. */
export interface Running {
  readonly origin: string
  readonly hub: Pick<Hub, 'stats' | 'observe' | 'close' | 'system' | 'presence'>
  readonly fetch: typeof fetch
  stop(): Promise<unknown>
}

export const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` })

async function listening(server: Server): Promise<string> {
  if (!server.listening) await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function running(server: Server, hub: Running['hub']): Promise<Running> {
  return { origin: await listening(server), hub, fetch, stop: async () => server.close() && once(server, 'close') }
}

export function connect<E extends EventMap>(
  { origin, fetch }: Pick<Running, 'origin' | 'fetch'>,
  name?: string,
  options?: Pick<HubClientOptions, 'topics' | 'lastEventId'>,
): HubClient<E> {
  const headers = name === undefined ? {} : bearer(name)
  const sse = createHubClient<E>(`${origin}/api/events`, { transport: fetchTransport(), fetch, headers, ...options })
  onTestFinished(() => sse.close())
  sse.connect()
  return sse
}

/** The first state of this kind from now on. */
export const reach = <S extends ConnectionState['status']>(
  sse: Pick<SSEClient, 'state'>,
  status: S,
): Promise<Extract<ConnectionState, { status: S }>> =>
  new Promise((resolve) => {
    sse.state.subscribe((state) => {
      if (state.status === status) resolve(state as Extract<ConnectionState, { status: S }>)
    })
  })

/** Why the next stream ends. */
export const ending = (hub: Running['hub']): Promise<string> =>
  new Promise((resolve) => {
    const off = hub.observe({
      onDisconnect({ reason }) {
        off()
        resolve(reason)
      },
    })
  })

export async function emptied(hub: Running['hub']): Promise<void> {
  while (hub.stats().clients) await ending(hub)
}

export const post = (
  { origin, fetch }: Running,
  path: string,
  name: string | undefined,
  body: unknown,
): Promise<Response> =>
  fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(name !== undefined && bearer(name)) },
    body: JSON.stringify(body),
  })
