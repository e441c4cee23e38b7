import type { LogEntry } from '../log/log.ts'

/*
 * The log on disk is a row of files, its segments: the newest is appended to, and the oldest is deleted whole.
 */

/** The facts about a segment. */
export interface Segment {
  readonly path: string
  /** Its place in the row. */
  readonly n: number
  /** The number of its first entry. */
  readonly first: number
  /** How many entries it has. */
  count: number
  /** Where its last entry ends. */
  end: number
  /** Where every {@link EVERY}th entry begins, the first of all included. */
  readonly marks: number[]
  /** When its first and its last entry were published. */
  oldest: number
  newest: number
}

/** The first line of a segment. */
export interface Header {
  readonly headwater: 'log'
  readonly v: 1
  readonly epoch: string
  readonly first: number
}

/** Between two marks. Larger: less memory, and more to read for a few entries. A replay reads 100 at a time. */
const EVERY = 100

export const isHeader = (
  line: Readonly<Record<string, unknown>> | undefined,
): line is Readonly<Record<string, unknown>> & Header => line?.['headwater'] === 'log' && line['v'] === 1

export const headerOf = (epoch: string, first: number): Header => ({ headwater: 'log', v: 1, epoch, first })

const NAME = /^events-(\d{10})\.jsonl$/

export const nameOf = (n: number): string => `events-${`${n}`.padStart(10, '0')}.jsonl`

/** The place of a segment in the row, by its name. Undefined for a file that is none. */
export function placeOf(name: string): number | undefined {
  const [, digits] = NAME.exec(name) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** @param header - How long its first line is. */
export const emptySegment = (path: string, n: number, first: number, header: number): Segment => ({
  path,
  n,
  first,
  count: 0,
  end: header,
  marks: [],
  oldest: Infinity,
  newest: 0,
})

export const lastOf = ({ first, count }: Pick<Segment, 'first' | 'count'>): number => first + count - 1

/** Takes note of the next entry. @param length - Of its line, in bytes. */
export function extend(segment: Segment, length: number, { at }: Pick<LogEntry, 'at'>): void {
  if (segment.count % EVERY === 0) segment.marks.push(segment.end)
  segment.count++
  segment.end += length
  segment.oldest = Math.min(segment.oldest, at)
  segment.newest = Math.max(segment.newest, at)
}

/** The bytes in which the entries from one number to another are, and a few more. */
export function spanOf(
  { first, marks, end }: Segment,
  from: number,
  to: number,
): readonly [start: number, stop: number] {
  const start = marks[Math.floor((from - first) / EVERY)] ?? end
  return [start, marks[Math.floor((to - first) / EVERY) + 1] ?? end]
}
