import type { ClientInfo } from '../../server/index.ts'
import { ADMIN_TOPIC, LISTED, type ListedClient, type Report } from '../shared/report.ts'
import type { ShopHub, ShopPrincipal } from './hub.ts'

/*
 * Sends the operators figures about the hub, through the hub itself: an event on their own topic. It is volatile, because the
 * next report replaces it. Nothing is sent while no operator listens.
 */

/** Between two reports, in milliseconds. */
const EVERY = 1000
/** After a client came or left, in milliseconds. Many that come at once make one report. */
const SOON = 50

/** Field by field, so that a field that `clients()` gets later is not sent by accident. */
const listed = ({
  clientId,
  principal,
  topics,
  connectedAt,
  lastSeen,
  live,
  queue,
}: ClientInfo<ShopPrincipal>): ListedClient => ({
  clientId,
  ...(principal.userId !== undefined && { userId: principal.userId }),
  isNative: principal.isNative,
  topics,
  connectedAt,
  lastSeen,
  live,
  queue,
})

/** @param status - What the hub does not know: the number of its process, and whether the process is about to end. */
export function reportToOperators(
  hub: ShopHub,
  status: () => Pick<Report, 'process' | 'isOneOfSeveral' | 'draining'>,
): void {
  let timer = setTimeout(tell, EVERY)
  let isSoon = false

  function tell(): void {
    timer = setTimeout(tell, EVERY)
    isSoon = false
    const clients = hub.clients()
    const joined = new Map<string, number>()
    for (const { topics } of clients) for (const topic of topics) joined.set(topic, (joined.get(topic) ?? 0) + 1)
    if (!joined.has(ADMIN_TOPIC)) return
    const report: Report = {
      ...status(),
      up: Math.round(process.uptime() * 1000),
      at: Date.now(),
      stats: hub.stats(),
      clients: clients.slice(0, LISTED).map(listed),
      topics: [...joined].sort(),
    }
    // It fails only when the hub is closed, and then no client is left.
    hub.toTopic(ADMIN_TOPIC, 'admin.report', report, { volatile: true }).catch(() => {})
  }

  function soon(): void {
    // Only once: clients that come one after the other would delay the report for ever.
    if (isSoon) return
    isSoon = true
    clearTimeout(timer)
    timer = setTimeout(tell, SOON)
  }

  hub.observe({ onConnect: soon, onDisconnect: soon })
}
