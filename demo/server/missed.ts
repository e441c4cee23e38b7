import type { EventLog, LogEntry } from '../../server/index.ts'
import { TOPICS } from '../shared/events.ts'
import type { Claims } from './token.ts'

/*
 * Numbers that a page has not seen may have been for others. Only the server can say: the same log, the same rules.
 */

/**
 * @returns How many of the events between two numbers this user was to have. One that is not in the log any more counts:
 *   nothing says that it was not.
 */
export async function countMissed(log: EventLog, { userId }: Claims, after: number, before: number): Promise<number> {
  const total = before - after - 1
  const all = await log.read(after, Infinity)
  const entries = all.filter(({ seq }) => seq < before)
  const gone = total - entries.length

  const isFor = ({ to }: LogEntry): boolean =>
    (to.topic === undefined || TOPICS.some((topic) => topic === to.topic)) &&
    (to.userId === undefined || to.userId === userId)
  /** Given up for a later one with the same key, which says all: the page was slow, and that is what keys are for. */
  const isOvertaken = ({ seq, key }: LogEntry): boolean =>
    key !== undefined && all.some((later) => later.seq > seq && later.key === key)

  return gone + entries.filter((entry) => isFor(entry) && !isOvertaken(entry)).length
}
