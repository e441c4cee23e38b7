/** The facts about an entry that a window needs. */
interface Numbered {
  readonly seq: number
  readonly json: string
}

/** The newest entries of a log, in memory. */
export interface Window<T extends Numbered> {
  /** How many there are. */
  readonly length: number
  /** Adds the next entry. Drops the oldest ones while there are too many, or too much text. */
  push(entry: T): void
  /** At most `limit` entries, from the number `from` on. From the oldest one, if that is later. */
  read(from: number, limit: number): T[]
  clear(): void
}

/**
 * @param size - How many entries it holds at most.
 * @param characters - How much payload they have together at most.
 */
export function createWindow<T extends Numbered>(size: number, characters: number): Window<T> {
  let text = 0
  /** Those before `begin` are dropped: to take one off the front of an array would move all others. */
  let entries: (T | undefined)[] = []
  let begin = 0

  function trim(): void {
    for (;;) {
      const oldest = entries[begin]
      if (!oldest || (entries.length - begin <= size && text <= characters)) break
      text -= oldest.json.length
      entries[begin++] = undefined
    }
    if (begin <= entries.length / 2) return
    entries = entries.slice(begin)
    begin = 0
  }

  return {
    get length() {
      return entries.length - begin
    },
    push(entry) {
      entries.push(entry)
      text += entry.json.length
      trim()
    },
    read(from, limit) {
      const start = begin + Math.max(from - (entries[begin]?.seq ?? 0), 0)
      return entries.slice(start, start + limit) as T[]
    },
    clear() {
      entries = []
      begin = 0
      text = 0
    },
  }
}
