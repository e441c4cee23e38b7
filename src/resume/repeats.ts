/** So many events are remembered at most, of so many characters in all; when there are more, the older half is dropped. */
const EVENTS = 8000
const CHARACTERS = 2_000_000

/** Recognises what a server sends again after a reconnect. */
export interface Repeats {
  /** A connection opened: the overlap with earlier ones is one run at its start. */
  _open(): void
  /** Whether an event was delivered before, and belongs to that run. Else it is remembered. */
  _isRepeat(id: string, type: string, data: string): boolean
}

/**
 * The first events of a later connection are repeats as long as each equals one that was delivered before, in id, name and
 * data. Never by the id alone: naive servers count from 1 again after a restart, and new events would be lost.
 */
export function createRepeats(): Repeats {
  // The three strings as they are: to join them for each event would cost a quarter of the throughput. Where they were cut
  // from a chunk they keep its text in memory, which is little more than its events.
  let events: (readonly string[])[] = []
  let length = 0
  /** The ids that were delivered before; undefined after the first new event. */
  let known: Set<string> | undefined
  return {
    _open() {
      known = new Set(events.map(keyOf))
    },
    _isRepeat(...event) {
      if (known?.has(keyOf(event))) return true
      known = undefined
      events.push(event)
      length += event[2].length
      if (events.length > EVENTS || length > CHARACTERS) {
        events = events.slice(events.length / 2)
        // An estimate: it only bounds the memory.
        length /= 2
      }
      return false
    },
  }
}

/** Separated by what no id and no name contains (HTML 9.2.5). */
const keyOf = (event: readonly string[]): string => event.join('\n')
