import { isBehind } from '../cursor.ts'
import { readControl } from '../protocol.ts'
import type { Entry, Position } from './message.ts'

/*
 * The last frames that a tab has heard, for those that lack some of them: a tab that has just come back, or all of them when
 * this one begins to lead. Bounded; what lies further back is the server's to replay.
 */

export interface Backlog {
  /** @param before - Where the tab stood until then. */
  push(entry: Entry, before: Position): void
  /** What a tab at this position lacks; undefined if that cannot be told from what is here. */
  after(position: Position): Entry[] | undefined
  clear(): void
}

const FRAMES = 2000
/** In characters of payload. */
const SIZE = 2_000_000

const sizeOf = ({ frame }: Entry): number => (frame[0] === 'event' ? frame[2].length : 0)

/** The id that the stream stands at after a frame, if it says so. */
export const idOf = ({ frame }: Entry): string | undefined =>
  frame[0] === 'id' ? frame[1] : frame[0] === 'event' ? frame[3] : undefined

/** A line that the server did not take up where the one before had ended. */
export const isBreak = ({ frame }: Entry): boolean =>
  frame[0] === 'event' && frame[1] === 'connected' && readControl(frame[2]).recovered === false

export function createBacklog(): Backlog {
  let entries: Entry[] = []
  let size = 0
  /** What the first entry follows. */
  let base: Position | undefined

  function clear(): void {
    entries = []
    size = 0
    base = undefined
  }

  function lastIndex(fits: (entry: Entry) => boolean): number {
    let index = entries.length
    while (index-- && !fits(entries[index] as Entry));
    return index
  }

  return {
    push(entry, before) {
      // A tab that went away for too long starts again elsewhere.
      if (entry.n !== before.n + 1 || entry.n !== (entries.at(-1)?.n ?? before.n) + 1) clear()
      if (!entries.length) base = before
      entries.push(entry)
      size += sizeOf(entry)
      if (entries.length < FRAMES * 2 && size < SIZE) return
      // In one go and not one by one, as that moves all the others.
      const dropped = entries.splice(0, entries.length >> 1)
      for (const each of dropped) size -= sizeOf(each)
      base = undefined
    },
    after({ term, n, cursor }) {
      if (!n && !cursor) return []
      if (n && base?.n === n && base.term === term) return entries.slice()
      let last = lastIndex((entry) => n > 0 && entry.term === term && entry.n <= n)
      // Another leader's numbers, or none: then the id says it.
      if (last < 0 && cursor)
        last = lastIndex((entry) => {
          const id = idOf(entry)
          return id !== undefined && (id === cursor || isBehind(id, cursor))
        })
      return last < 0 ? undefined : entries.slice(last + 1)
    },
    clear,
  }
}
