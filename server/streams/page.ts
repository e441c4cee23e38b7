import { mayReach } from '../audience/addressed.ts'
import type { Client } from '../audience/client.ts'
import { topicsAt } from '../audience/grants.ts'
import type { LogEntry } from '../log/log.ts'
import type { Delivery } from '../publish/delivery.ts'
import type { FilterLine } from '../publish/filter-line.ts'
import type { Parcel } from '../publish/parcel.ts'
import type { Batch } from './batch.ts'

/*
 * The entries of a page of the log, for one client. What the filter answers at once is decided at once. With the first promise a
 * line opens, and the rest of the page waits in it. All of that is asked at the same time, so that a page takes as long as its
 * slowest answer, and a client has at most one page of questions open.
 */

export interface PageReader {
  /** How many events the client was given. */
  readonly events: number
  /** The next entry: it is given, left out, or waits for the filter. */
  add(entry: LogEntry): void
  /** Gives what the filter has decided meanwhile, until the batch is full. */
  settle(): void
  /** @returns A promise if entries still wait for the filter. It resolves too when their client has gone. */
  wait(): Promise<void> | undefined
}

/** @param isOver - The client has gone, or the log has begun again: what waits is nobody's then. */
export function createPageReader(client: Client, delivery: Delivery, batch: Batch, isOver: () => boolean): PageReader {
  let line: FilterLine | undefined
  /** The number of the last entry that was added. */
  let last = 0
  let wake = (): void => {}

  const self = {
    events: 0,
    add(entry: LogEntry) {
      if (entry.at >= client.since && mayReach(entry.to, client, topicsAt(client, entry.seq))) decide(entry)
      last = entry.seq
      if (!line && !isOver()) client.after = last
    },
    settle() {
      // The line was closed with the client or with the old log. A client that is live by now may have another.
      if (isOver()) return
      while (line && !batch.isFull) {
        const next = line.take()
        if (!next) break
        // It may have left the topic while the filter was asked.
        if (next.allowed && next.parcel.reaches(client)) give(next.parcel)
        client.after = next.seq
      }
      if (line?.length !== 0) return
      delivery.closeLine(client)
      line = undefined
      client.after = last
    },
    wait() {
      if (!line || line.isReady || isOver()) return undefined
      return new Promise<void>((resolve) => {
        wake = resolve
      })
    },
  }

  function give(parcel: Parcel): void {
    batch.add(parcel.bytes(client.native))
    self.events++
    delivery.delivered(client, parcel)
  }

  function decide(entry: LogEntry): void {
    const parcel = delivery.parcelOf(entry)
    const answer = parcel.isFor(client)
    // The filter may have ended the client, or begun the log again.
    if (!answer || isOver()) return
    if (answer === true && !line) return give(parcel)
    line ??= delivery.openLine(client, () => wake())
    line.push(parcel, entry.seq, answer)
  }

  return self
}
