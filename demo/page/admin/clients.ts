import { ADMIN_TOPIC, type ListedClient } from '../../shared/report.ts'
import { findUser } from '../../shared/users.ts'
import { byId, setText } from '../dom.ts'
import { bytes, count, duration } from '../format.ts'
import type { PanelStream } from './client.ts'
import { fillRows } from './rows.ts'

/*
 * The streams that are open, and whose they are.
 */

const ALONE = 'Only this page is connected. Open the shop in another tab.'

export function showClients(sse: PanelStream): void {
  const section = byId('clients', HTMLElement)
  const note = byId('clients-note', HTMLElement)

  sse.subscribe('admin.report', ({ clients, stats, at, isOneOfSeveral }) => {
    fillRows(section, clients, ({ clientId }) => clientId, {
      user: ({ userId, isNative }) => `${findUser(userId)?.name ?? 'operator'}${isNative ? ' (EventSource)' : ''}`,
      client: ({ clientId }) => clientId,
      topics: ({ topics }) => topics.join(', ') || 'none',
      age: ({ connectedAt }) => duration(at - connectedAt),
      queue: ({ queue, live }) => (live ? bytes(queue.bytes) : 'catching up'),
    })
    const more = stats.clients - clients.length
    const shoppers = clients.some((client) => !isPanel(client))
    if (more > 0) setText(note, `And ${count(more, 'stream')} more.`)
    else if (shoppers) setText(note, '')
    else setText(note, isOneOfSeveral ? 'No shop page is connected to this process.' : ALONE)
  })
}

const isPanel = ({ topics }: ListedClient): boolean => topics.includes(ADMIN_TOPIC)
