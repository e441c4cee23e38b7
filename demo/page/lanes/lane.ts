import { type PublishedEntry, parseId } from '../../shared/events.ts'

/*
 * Counts what one client received of the events that the server has published for this user. No DOM, no clock.
 */

export interface Score {
  /** Events that the server has published since the count began. */
  readonly published: number
  /** Published events that this client has not received. */
  readonly missing: number
  /** How many of the missing ones it has passed: it has received a later event, so they will not come any more. */
  readonly passed: number
}

export interface Lane {
  readonly score: Score
  /** The client has received an event. @param key - Of the event, if it has one. */
  receive(id: string, key?: string): void
  /** The server has published these events. */
  publish(entries: readonly PublishedEntry[]): void
  /** The count starts again after this event: the server has another log. */
  restart(cursor: string): void
}

/** @param cursor - The id of the event after which the count begins. */
export function createLane(cursor: string): Lane {
  let start = parseId(cursor)
  let published = 0
  let newest = 0
  /** Published and not received: number and key, oldest first. */
  const missing = new Map<number, string | undefined>()
  /** Ids that were received, and that the server has not listed as published yet. */
  const early = new Set<string>()
  /** The newest number of each key. The server may leave out the older ones. */
  const newestOfKey = new Map<string, number>()

  const idOf = (seq: number): string => `${start?.epoch}-${seq}`

  return {
    get score() {
      let passed = 0
      for (const seq of missing.keys()) if (seq < newest) passed++
      return { published, missing: missing.size, passed }
    },
    receive(id, key) {
      const { epoch, seq } = parseId(id) ?? { epoch: '', seq: 0 }
      // An event of a log that the page has not heard of yet waits for restart().
      if (epoch !== start?.epoch) return void early.add(id)
      if (seq <= start.seq) return
      newest = Math.max(newest, seq)
      if (!missing.delete(seq)) early.add(id)
      if (key === undefined) return
      newestOfKey.set(key, Math.max(newestOfKey.get(key) ?? 0, seq))
      for (const [older, its] of missing) if (its === key && older < seq) missing.delete(older)
    },
    publish(entries) {
      for (const { seq, key } of entries) {
        if (seq <= Number(start?.seq)) continue
        published++
        const isReplaced = key !== undefined && (newestOfKey.get(key) ?? 0) > seq
        if (!early.delete(idOf(seq)) && !isReplaced) missing.set(seq, key)
      }
    },
    restart(cursor) {
      start = parseId(cursor)
      published = 0
      newest = 0
      missing.clear()
      newestOfKey.clear()
      for (const id of early) {
        const event = parseId(id)
        if (event?.epoch !== start?.epoch || Number(event?.seq) <= Number(start?.seq)) early.delete(id)
        else newest = Math.max(newest, Number(event?.seq))
      }
    },
  }
}
