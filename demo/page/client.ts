import { createSSE, type SSEClient, type SSEError } from 'headwater'
import { type Events, type Fault, type MissedCount, type OrdersSnapshot, TOPICS } from '../shared/events.ts'
import { persist, request } from './http.ts'
import { currentUser } from './user.ts'

/*
 * Everything that goes over the network: the stream, the table, the token, the faults.
 */

export type Stream = SSEClient<Events>

/** Says whose stream it is, so that the server can count this page's apart from those of other tabs. */
const PAGE = crypto.randomUUID()
/** Fetched when it is first needed, and again when it is refused. */
let token: Promise<string> | undefined

/**
 * @param cursor - The id of the last event that the page has already: what came before it is in the table.
 * @param refused - Told when the token is refused and another is asked for.
 */
export function openStream(cursor: string, refused: (error: SSEError) => void): Stream {
  return createSSE<Events>('/api/events', {
    lastEventId: cursor,
    topics: TOPICS,
    headers: async () => ({ ...(await authorization()), 'x-page': PAGE }),
    onUnauthorized(error) {
      refused(error)
      token = persist(fetchToken)
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

/** Of the numbers between two events, how many were for this page: the others were somebody else's. */
export async function countMissed(after: number, before: number): Promise<number> {
  const url = `/api/missed?after=${after}&before=${before}`
  const { missed }: MissedCount = await (await request(url, { headers: await authorization() })).json()
  return missed
}

async function authorization(): Promise<{ readonly authorization: string }> {
  token ??= persist(fetchToken)
  return { authorization: `Bearer ${await token}` }
}

async function fetchToken(): Promise<string> {
  const { token }: { token: string } = await (await request(`/api/token?user=${currentUser()}`)).json()
  return token
}
