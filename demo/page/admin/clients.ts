import { ADMIN_TOPIC, type ListedClient } from '../../shared/report.ts'
import { byId, setText } from '../dom.ts'
import { bytes, count, duration } from '../format.ts'
import type { PanelStream } from './client.ts'
import { fillRows } from './rows.ts'

/*
 * The streams that are open. Whose they are is not told, not even here.
 */

const ALONE = 'Nobody but this panel listens. Open the shop in another tab.'

export function showClients(sse: PanelStream): void {
  const section = byId('clients', HTMLElement)
  const note = byId('clients-note', HTMLElement)

  sse.subscribe('admin.report', ({ clients, stats, at, isOneOfSeveral }) => {
    fillRows(section, clients, ({ clientId }) => clientId, {
      client: ({ clientId }) => clientId,
      topics: ({ topics }) => topics.join(', ') || 'none',
      age: ({ connectedAt }) => duration(at - connectedAt),
      queue: ({ queue, live }) => (live ? bytes(queue.bytes) : 'catching up'),
    })
    const more = stats.clients - clients.length
    const shoppers = clients.some((client) => !isPanel(client))
    if (more > 0) setText(note, `And ${count(more, 'client')} more.`)
    else if (shoppers) setText(note, '')
    else setText(note, isOneOfSeveral ? 'No shop has its stream at this process.' : ALONE)
  })
}

const isPanel = ({ topics }: ListedClient): boolean => topics.includes(ADMIN_TOPIC)
