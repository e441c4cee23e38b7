import type { LogEntry } from '../log/log.ts'
import { decodeLine, linesOf } from './line.ts'
import type { OpenLog } from './open.ts'
import { lastOf, type Segment, spanOf } from './segment.ts'

/** The entries of one segment from one number to another. Undefined if its file has been deleted meanwhile. */
async function readSegment(
  { disk }: OpenLog,
  segment: Segment,
  from: number,
  to: number,
): Promise<LogEntry[] | undefined> {
  const [start, stop] = spanOf(segment, from, to)
  const bytes = await disk.read(segment.path, start, stop)
  if (!bytes) return undefined
  const entries: LogEntry[] = []
  for (const { at, line } of linesOf(bytes)) {
    const entry = decodeLine(line) as unknown as LogEntry | undefined
    if (!entry) throw new Error(`${segment.path} is damaged at byte ${start + at}: it cannot be read from there on`)
    if (entry.seq >= from && entry.seq <= to) entries.push(entry)
  }
  return entries
}

/**
 * Reads entries from the files of a log, without blocking.
 * @param from - The number of the first one.
 * @param limit - How many at most. Fewer only at the end of the log.
 * @returns Nothing if the log was reset meanwhile.
 */
export async function readFiles(log: OpenLog, from: number, limit: number, first: () => number): Promise<LogEntry[]> {
  const { epoch } = log
  const found: LogEntry[] = []
  while (found.length < limit) {
    const next = found.length ? from : Math.max(from, first())
    const segment = [...log.older, log.last].find((each) => next <= lastOf(each))
    if (!segment) break
    const to = Math.min(lastOf(segment), next + limit - found.length - 1)
    const page = await readSegment(log, segment, next, to)
    if (log.epoch !== epoch) return []
    // Deleted while it was read: what is left begins later.
    if (!page) {
      if (first() <= next) throw new Error(`${segment.path} has been deleted, and not by the log`)
      found.length = 0
      continue
    }
    found.push(...page)
    from = to + 1
  }
  return found
}
