import type { SSEClient, SSEError } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { acrossTabs } from 'headwater/tabs'
import {
  type Events,
  type Fault,
  type MissedCount,
  type OrdersSnapshot,
  type Published,
  type StreamCount,
  TOPICS,
} from '../shared/events.ts'
import { persist, type RequestError, request } from './http.ts'
import { currentUser } from './user.ts'

/*
 * Everything that goes over the network: the stream, the table, the token, the faults.
 */

export type Stream = SSEClient<Events>

/** One connection for all tabs of a user. Their tokens differ, so the tabs find each other by this key. */
const transport = acrossTabs({ key: 'shop', scope: currentUser() })
/** The role of this tab. */
export const { role } = transport

const GROUP = 'headwater-demo-group'
/** Fetched when it is needed first, and again when the server refuses it. */
let token: Promise<string> | undefined
/** For the count of what was published. With a token of its own it does not renew the client's before the client meets a 401. */
let countToken: Promise<string> | undefined

/**
 * @param cursor - The id of the last event that is in the table already.
 * @param refused - Called when the token is refused and another is asked for.
 */
export function openStream(cursor: string, refused: (error: SSEError) => void): Stream {
  // #region headwater
  return createHubClient<Events>('/api/events', {
    // All tabs share one connection.
    transport,
    // The table has all events up to this one.
    lastEventId: cursor,
    topics: TOPICS,
    // The second header is the demo's own: the server counts the streams of these tabs.
    headers: async () => ({ ...(await authorization()), 'x-tabs': await group() }),
    // The client connects again when there is another token.
    onUnauthorized(error) {
      refused(error)
      token = persist(fetchToken)
      return token
    },
    // Shorter than the defaults, which are for a server with thousands of clients.
    retry: { max: 4000, resetAfter: 2000 },
  })
  // #endregion
}

export async function fetchOrders(): Promise<OrdersSnapshot> {
  return (await request('/api/orders')).json()
}

/** How many streams the server has open for all the tabs that share. */
export async function countStreams(): Promise<StreamCount> {
  return (await request(`/api/connections?tabs=${await group()}`)).json()
}

/** Where there are several processes, `restart` kills the one that has the stream. */
export async function causeFault(fault: Fault): Promise<void> {
  const { process } = fault === 'restart' ? await countStreams() : {}
  await request(`/api/faults/${fault}${process === undefined ? '' : `?process=${process}`}`, { method: 'POST' })
}

/** Of the numbers between two events, how many were for this page: the others were somebody else's. */
export async function countMissed(after: number, before: number): Promise<number> {
  const url = `/api/missed?after=${after}&before=${before}`
  const headers = await authorization()
  const response = await request(url, { headers }).catch((error) => {
    // The token may be refused. A tab without a connection of its own would not learn that in another way.
    token = undefined
    throw error
  })
  const { missed }: MissedCount = await response.json()
  return missed
}

/** Asks which events the server has published for this user after an event. */
export async function fetchPublished(cursor: string): Promise<Published> {
  countToken ??= persist(fetchToken)
  const headers = { authorization: `Bearer ${await countToken}` }
  const response = await request(`/api/published?after=${cursor}`, { headers }).catch((error: RequestError) => {
    if (error.status === 401) countToken = undefined
    throw error
  })
  return response.json()
}

/** A name that only the tabs have that share a connection, so that the server can count their streams. */
async function group(): Promise<string> {
  // Two tabs that open at once agree on one name.
  return navigator.locks.request(GROUP, () => {
    const browser = localStorage.getItem(GROUP) ?? crypto.randomUUID()
    localStorage.setItem(GROUP, browser)
    return `${browser}-${currentUser()}`
  })
}

async function authorization(): Promise<{ readonly authorization: string }> {
  token ??= persist(fetchToken)
  return { authorization: `Bearer ${await token}` }
}

export async function fetchToken(): Promise<string> {
  const { token }: { token: string } = await (await request(`/api/token?user=${currentUser()}`)).json()
  return token
}
