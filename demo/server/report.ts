import type { ClientInfo } from '../../server/index.ts'
import { ADMIN_TOPIC, LISTED, type ListedClient, type Report } from '../shared/report.ts'
import type { ShopHub } from './hub.ts'

/*
 * Tells the operators how the hub is, by the hub itself: an event on a topic of their own, volatile, as the next one says it
 * all again. Nothing is sent while nobody is there to see it.
 */

/** Between two reports, in milliseconds. */
const EVERY = 1000
/** When somebody came or went: long enough that a crowd that does makes one report. */
const SOON = 50

/** Field by field: a field that `clients()` gets later is not sent by accident. */
const listed = ({ clientId, topics, connectedAt, lastSeen, live, queue }: ClientInfo): ListedClient => ({
  clientId,
  topics,
  connectedAt,
  lastSeen,
  live,
  queue,
})

/** @param status - What the hub does not know: which process this is, and whether it is about to end. */
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
    // It fails only when the hub has been closed: then there is nobody left.
    hub.toTopic(ADMIN_TOPIC, 'admin.report', report, { volatile: true }).catch(() => {})
  }

  function soon(): void {
    // Not once more: those who come one after the other would put it off for ever.
    if (isSoon) return
    isSoon = true
    clearTimeout(timer)
    timer = setTimeout(tell, SOON)
  }

  hub.observe({ onConnect: soon, onDisconnect: soon })
}
