import type { Client } from '../audience/client.ts'
import type { Later } from './filter.ts'
import { createFilterLine, type FilterLine } from './filter-line.ts'
import type { Parcel } from './parcel.ts'

/** An event that has to wait. */
interface Undecided {
  readonly parcel: Parcel
  /** Its number in the log; 0 for a volatile event. */
  readonly seq: number
  /** True for an event that waits only for those in front of it. */
  readonly answer: true | Later
}

/** The lines of all clients. Most clients have none: only a filter that answers with a promise makes one. */
export interface FilterLines {
  /** How many events wait, of all clients. */
  readonly waiting: number
  has(client: Client): boolean
  /**
   * Puts an event into the line of a client that is live.
   * @param place - Up to which number events have been handed out: those before this one.
   */
  wait(client: Client, event: Undecided, place: number): void
  /** A line for a client in its replay. The replay takes from it, and closes it before the client is live. */
  open(client: Client, ready: () => void): FilterLine
  /** Drops what waits for a client. */
  close(client: Client): void
  /** The same for all clients. @returns Those that had a line. */
  closeAll(): readonly Client[]
}

export interface FilterLineEvents {
  /** An event that has waited is allowed. @returns False if the client could not be given it, and has ended. */
  hand(client: Client, parcel: Parcel, seq: number): boolean
  /** There is no room for this event, and it must not be lost. */
  overflowed(client: Client): void
  /** There was no room for a volatile event. */
  dropped(): void
}

/** @param limit - How many events may wait for one client. */
export function createFilterLines(limit: number, { hand, overflowed, dropped }: FilterLineEvents): FilterLines {
  const lines = new Map<Client, FilterLine>()

  function open(client: Client, ready: () => void): FilterLine {
    const line = createFilterLine(ready)
    lines.set(client, line)
    return line
  }

  function close(client: Client): void {
    const line = lines.get(client)
    lines.delete(client)
    line?.cancel()
  }

  /** Sends what has been decided. The rest waits, and so does everything that happens meanwhile. */
  function drain(client: Client): void {
    const line = lines.get(client)
    if (!line) return
    for (let next = line.take(); next; next = line.take()) {
      // It may have left the topic while the filter was asked.
      const wanted = next.allowed && next.parcel.reaches(client)
      if (wanted && !hand(client, next.parcel, next.seq)) return
      if (next.seq) client.after = next.seq
    }
    if (line.length === 0) close(client)
  }

  return {
    get waiting() {
      let sum = 0
      for (const { length } of lines.values()) sum += length
      return sum
    },
    // Asked for each client and event: with no line at all, nothing is looked up.
    has: (client) => lines.size > 0 && lines.has(client),
    wait(client, { parcel, seq, answer }, place) {
      let line = lines.get(client)
      if (!line) {
        // From here on its own place counts: a checkpoint must not lead past what waits.
        client.after = Math.max(client.after, place)
        line = open(client, () => drain(client))
      }
      if (line.length < limit) line.push(parcel, seq, answer)
      else if (seq) overflowed(client)
      else dropped()
    },
    open,
    close,
    closeAll() {
      const clients = [...lines.keys()]
      for (const client of clients) close(client)
      return clients
    },
  }
}
