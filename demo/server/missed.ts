import type { EventLog, LogEntry } from '../../server/index.ts'
import { type Published, parseId, TOPICS } from '../shared/events.ts'
import type { Claims } from './token.ts'

/*
 * Lists the events that the server has published for a user. The page compares them with the events that it has received. Only the
 * server knows which events were for others.
 */

const isFor =
  ({ userId }: Claims) =>
  ({ to }: LogEntry): boolean =>
    (to.topic === undefined || TOPICS.some((topic) => topic === to.topic)) &&
    (to.userId === undefined || to.userId === userId)

/**
 * @returns How many of the events between two numbers were for this user. An event that has left the log counts, since nothing says
 *   that it was for others.
 */
export async function countMissed(log: EventLog, claims: Claims, after: number, before: number): Promise<number> {
  const total = before - after - 1
  const all = await log.read(after, Infinity)
  const entries = all.filter(({ seq }) => seq < before)
  const gone = total - entries.length

  /** A slow client gets only the newest event of a key. */
  const isReplaced = ({ seq, key }: LogEntry): boolean =>
    key !== undefined && all.some((later) => later.seq > seq && later.key === key)

  return gone + entries.filter(isFor(claims)).filter((entry) => !isReplaced(entry)).length
}

/** @param after - The id of an event. */
export async function listPublished(log: EventLog, claims: Claims, after: string): Promise<Published> {
  const from = parseId(after)
  const isNew = from?.epoch !== log.epoch || from.seq < log.first - 1
  const found = isNew ? [] : await log.read(from.seq, Infinity)
  const head = isNew ? log.head : Math.max(from.seq, found.at(-1)?.seq ?? 0)
  const entries = found.filter(isFor(claims)).map(({ seq, key }) => ({ seq, ...(key !== undefined && { key }) }))
  return { cursor: `${log.epoch}-${head}`, isNew, entries }
}
