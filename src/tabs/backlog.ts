import { isBehind } from '../hub/protocol.ts'
import type { Block } from '../transports/transport.ts'
import type { Entry, Position } from './message.ts'

/*
 * The last frames that a tab has received, for tabs that lack some of them: one that comes back, or all others when this one
 * begins to lead. It is bounded; what lies further back the server has to replay.
 */

export interface Backlog {
  /** @param before - The position of the tab until then. */
  _add(entry: Entry, before: Position): void
  /** The frames that a tab at this position lacks; undefined if the backlog does not reach back so far. */
  _after(position: Position): Entry[] | undefined
  _forget(): void
}

const FRAMES = 2000
/** In characters of JSON. */
const SIZE = 2_000_000

/** The block in a frame; nothing is found in a frame of another kind. */
export const blockOf = ({ frame }: Entry): Partial<Block> => frame[1] as Partial<Block>

/** The last event id that a frame brings; undefined if it brings none. */
export const idOf = (entry: Entry): string | undefined => blockOf(entry).id

export function createBacklog(): Backlog {
  let entries: Entry[] = []
  let size = 0

  function forget(): void {
    entries = []
    size = 0
  }

  function push(entry: Entry): void {
    const text = JSON.stringify(entry)
    size += text.length
    // A copy: a string that is cut from a chunk would keep all of the chunk in memory.
    entries.push(JSON.parse(text))
  }

  const lastIndex = (fits: (entry: Entry) => boolean): number => entries.map(fits).lastIndexOf(true)

  return {
    _add(entry, before) {
      // A tab that was away for too long starts again elsewhere.
      if (entries.at(-1)?.n !== before.n) {
        forget()
        // Stands for all that came before the first entry, and is never sent: a tab that is there lacks the rest.
        push({ ...before, frame: ['block', { id: before.cursor } as Block] })
      }
      push(entry)
      if (entries.length <= FRAMES * 2 && size < SIZE) return
      // Half of them at once: dropping one moves all the others.
      entries.splice(0, (entries.length + 1) >> 1)
      size = JSON.stringify(entries).length
    },
    _after({ term, n, cursor }) {
      if (!n && !cursor) return []
      let last = lastIndex((entry) => n > 0 && entry.term === term && entry.n <= n)
      // Its number is another leader's, or there is none: then the id decides.
      if (last < 0 && cursor)
        last = lastIndex((entry) => {
          const id = idOf(entry)
          return id !== undefined && (id === cursor || isBehind(id, cursor))
        })
      return last < 0 ? undefined : entries.slice(last + 1)
    },
    _forget: forget,
  }
}
