import { createSSE, type SSEClient, type SSEError } from 'headwater'
import type { Events, Fault, OrdersSnapshot } from '../shared/events.ts'

/*
 * Everything that goes over the network: the stream, the table, the token, the faults.
 */

export type Stream = SSEClient<Events>

/** Says whose stream it is, so that the server can count this page's apart from those of other tabs. */
const PAGE = crypto.randomUUID()

/**
 * @param cursor - The id of the last event that the page has already: what came before it is in the table.
 * @param refused - Told when the token is refused and another is asked for.
 */
export function openStream(cursor: string, refused: (error: SSEError) => void): Stream {
  let token: Promise<string> | undefined
  return createSSE<Events>('/api/events', {
    lastEventId: cursor,
    headers: async () => {
      token ??= fetchToken()
      return { authorization: `Bearer ${await token}`, 'x-page': PAGE }
    },
    onUnauthorized(error) {
      refused(error)
      token = fetchToken()
      return token
    },
    // The defaults are for a server with thousands of clients; here nobody should have to wait half a minute.
    retry: { max: 4000, resetAfter: 2000 },
  })
}

export async function fetchOrders(): Promise<OrdersSnapshot> {
  return (await request('/api/orders')).json()
}

/** How many streams the server has open for this page. */
export async function countStreams(): Promise<number> {
  const { streams }: { streams: number } = await (await request(`/api/connections?page=${PAGE}`)).json()
  return streams
}

export async function causeFault(fault: Fault): Promise<void> {
  await request(`/api/faults/${fault}`, { method: 'POST' })
}

async function fetchToken(): Promise<string> {
  const { token }: { token: string } = await (await request('/api/token')).json()
  return token
}

async function request(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, { cache: 'no-store', ...init })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return response
}

/** Asks until there is an answer: the server may be just about to be restarted. */
export async function persist<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
