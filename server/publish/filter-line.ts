import type { Later } from './filter.ts'
import type { Parcel } from './parcel.ts'

/*
 * Events of one client that wait for its filter, in order. Each is asked about at once, so that ten slow answers take as long as
 * one. They are taken in the order in which the events happened.
 */

/** An event that waits. */
interface Waiting {
  readonly parcel: Parcel
  /** Its number in the log; 0 for a volatile event. */
  readonly seq: number
  /** Undefined while the filter is being asked. */
  readonly allowed: boolean | undefined
}

export interface FilterLine {
  readonly length: number
  /** Whether {@link FilterLine.take} has something. */
  readonly isReady: boolean
  /** @param answer - True for an event that waits only for those in front of it. */
  push(parcel: Parcel, seq: number, answer: true | Later): void
  /** Takes the first event, if it has been decided. */
  take(): Waiting | undefined
  /** Drops everything, and stops all questions. Calls `ready` too. */
  cancel(): void
}

interface Entry extends Waiting {
  allowed: boolean | undefined
  stop?: () => void
}

/** @param ready - The first event has been decided, or the line was cancelled. */
export function createFilterLine(ready: () => void): FilterLine {
  const entries: Entry[] = []
  const isReady = (): boolean => entries[0]?.allowed !== undefined
  return {
    get length() {
      return entries.length
    },
    get isReady() {
      return isReady()
    },
    push(parcel, seq, answer) {
      const entry: Entry = { parcel, seq, allowed: answer === true ? true : undefined }
      entries.push(entry)
      if (answer === true) return
      entry.stop = answer((allowed) => {
        entry.allowed = allowed
        if (entries[0] === entry) ready()
      })
    },
    take: () => (isReady() ? entries.shift() : undefined),
    cancel() {
      for (const { stop } of entries.splice(0)) stop?.()
      ready()
    },
  }
}
