import type { Address, Addressee } from './target.ts'
import { coveringPatterns } from './topic.ts'

/**
 * Whether an event is for a client. For one event and one client this is cheaper than `selector`, which prepares an event for
 * many: a replay passes thousands of events that are for others.
 * @param topics - Those of the client that count for this event.
 */
export function isAddressed(
  to: Address,
  { id, principal, asked }: Omit<Addressee, 'topics'>,
  topics: ReadonlySet<string>,
): boolean {
  if (to.userId !== undefined && to.userId !== principal.userId) return false
  if (to.tenant !== undefined && to.tenant !== principal.tenant) return false
  if (to.clientIds && !to.clientIds.includes(id)) return false
  if (to.sessionIds && !to.sessionIds.includes(principal.sessionId ?? '')) return false
  if (to.except?.includes(id)) return false
  const name = to.topic ?? to.resource
  if (name === undefined) return true
  if (to.resource !== undefined && asked.size === 0) return true
  if (topics.size === 0) return false
  return topics.has(name) || coveringPatterns(name).some((each) => topics.has(each))
}
