import type { SSEClient, SSEError } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { acrossTabs } from 'headwater/tabs'
import {
  type Events,
  type Fault,
  type MissedCount,
  type OrdersSnapshot,
  type StreamCount,
  TOPICS,
} from '../shared/events.ts'
import { persist, request } from './http.ts'
import { currentUser } from './user.ts'

/*
 * Everything that goes over the network: the stream, the table, the token, the faults.
 */

export type Stream = SSEClient<Events>

/** One connection for all tabs of a user. Their tokens differ, so the tabs find each other by this key. */
const transport = acrossTabs({ key: 'shop', scope: currentUser() })
/** The part that this tab plays. */
export const { role } = transport

const GROUP = 'headwater-demo-group'
/** Fetched when it is first needed, and again when it is refused. */
let token: Promise<string> | undefined

/**
 * @param cursor - The id of the last event that is in the table already.
 * @param refused - Called when the token is refused and another is asked for.
 */
export function openStream(cursor: string, refused: (error: SSEError) => void): Stream {
  return createHubClient<Events>('/api/events', {
    transport,
    lastEventId: cursor,
    topics: TOPICS,
    headers: async () => ({ ...(await authorization()), 'x-tabs': await group() }),
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
    // If it is the token, a tab that has no connection of its own would not hear of that in any other way.
    token = undefined
    throw error
  })
  const { missed }: MissedCount = await response.json()
  return missed
}

/** What the tabs that share have in common and nobody else has, so that the server can count their streams apart from others'. */
async function group(): Promise<string> {
  // Only one at a time makes one up.
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

async function fetchToken(): Promise<string> {
  const { token }: { token: string } = await (await request(`/api/token?user=${currentUser()}`)).json()
  return token
}
