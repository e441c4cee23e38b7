import { createHubClient, type HubClient } from 'headwater/hub'
import type { HubStats, Level, Published } from '../../../server/index.ts'
import type { Notice } from '../../shared/events.ts'
import { ADMIN_TOPIC, type AdminEvents } from '../../shared/report.ts'
import type { UserId } from '../../shared/users.ts'
import { request } from '../http.ts'

/*
 * Everything that goes over the network: the stream of reports, and what an operator may do. All of it is sent with the token
 * that the page was served with. The server checks each request.
 */

export type PanelStream = HubClient<AdminEvents>

const token = document.querySelector<HTMLMetaElement>('meta[name="operator-token"]')?.content
const headers = { authorization: `Bearer ${token}` }

export const openPanelStream = (): PanelStream =>
  createHubClient<AdminEvents>('/api/events', {
    topics: [ADMIN_TOPIC],
    headers,
    // Shorter than the defaults, which are for a server with thousands of clients.
    retry: { max: 4000, resetAfter: 2000 },
  })

/**
 * A POST to the stream's own URL, where the hub takes events from the users that its `canPublish` allows.
 * @param to - Undefined: everyone.
 */
export function notify(sse: PanelStream, message: string, level: Level, to: UserId | undefined): Promise<Published> {
  const notice: Notice = { message, level, priority: 'normal', timestamp: Date.now() }
  return sse.send('notification', notice, to ? { userId: to } : {}) as Promise<Published>
}

/** The hub's own endpoint. */
export const reset = (): Promise<HubStats> => post('/api/events/reset')

/** These are the shop's. */
export const createOrder = (): Promise<Published> => post('/api/admin/order')
export const kick = (user: UserId): Promise<{ readonly ended: number }> => post(`/api/admin/kick?user=${user}`)

/** Resolves when the new process is in service. */
export async function drain(): Promise<void> {
  await request('/api/admin/drain', { method: 'POST', headers })
}

const post = async <T>(url: string): Promise<T> => (await request(url, { method: 'POST', headers })).json()
