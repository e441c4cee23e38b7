import { isAddressed } from '../audience/addressed.ts'
import type { Client } from '../audience/client.ts'
import { topicsAt } from '../audience/grants.ts'
import type { LogEntry } from '../log/log.ts'
import type { Delivery } from '../publish/delivery.ts'
import type { FilterLine } from '../publish/filter-line.ts'
import type { Parcel } from '../publish/parcel.ts'
import type { Batch } from './batch.ts'

/**
 * Reads the entries of a page of the log for one client. An answer that the filter gives at once is a decision at once. With
 * the first promise a line opens, and the rest of the page waits in it. All of that is asked at the same time, so that a page
 * takes as long as its slowest answer, and a client has at most one page of questions open.
 */
export class PageReader {
  readonly #client: Client
  readonly #delivery: Delivery
  readonly #batch: Batch
  readonly #isOver: () => boolean
  #events = 0
  #line: FilterLine | undefined
  /** The number of the last entry that was added. */
  #last = 0
  #wake = (): void => {}

  /** @param isOver - The client has gone, or the log has begun again: what waits is nobody's then. */
  constructor(client: Client, delivery: Delivery, batch: Batch, isOver: () => boolean) {
    this.#client = client
    this.#delivery = delivery
    this.#batch = batch
    this.#isOver = isOver
  }

  /** How many events the client was given. */
  get events(): number {
    return this.#events
  }

  /** The next entry: it is given, left out, or waits for the filter. */
  add(entry: LogEntry): void {
    if (this.#isAddressed(entry)) this.#decide(entry)
    this.#last = entry.seq
    if (!this.#line && !this.#isOver()) this.#client.after = entry.seq
  }

  /** The same while the delivery is direct: for one event of ten thousand, a parcel costs more than all the rest. */
  addDirect(entry: LogEntry): void {
    const client = this.#client
    if (this.#isAddressed(entry)) {
      this.#batch.add(this.#delivery.bytesOf(entry, client.native))
      this.#events++
    }
    client.after = entry.seq
  }

  /** Gives what the filter has decided meanwhile, until the batch is full. */
  settle(): void {
    // The line was closed with the client or with the old log. A client that is live by now may have another.
    if (!this.#line || this.#isOver()) return
    const client = this.#client
    while (!this.#batch.isFull) {
      const next = this.#line.take()
      if (!next) break
      // It may have left the topic while the filter was asked.
      if (next.allowed && next.parcel.reaches(client)) this.#give(next.parcel)
      client.after = next.seq
    }
    if (this.#line.length > 0) return
    this.#delivery.closeLine(client)
    this.#line = undefined
    client.after = this.#last
  }

  /** @returns A promise if entries still wait for the filter. It resolves too when their client has gone. */
  wait(): Promise<void> | undefined {
    if (!this.#line || this.#line.isReady || this.#isOver()) return undefined
    return new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  #isAddressed(entry: LogEntry): boolean {
    const client = this.#client
    return entry.at >= client.since && isAddressed(entry.to, client, topicsAt(client, entry.seq))
  }

  #decide(entry: LogEntry): void {
    const parcel = this.#delivery.parcelOf(entry)
    const answer = parcel.isAllowed(this.#client)
    // The filter may have ended the client, or begun the log again.
    if (!answer || this.#isOver()) return
    if (answer === true && !this.#line) return this.#give(parcel)
    this.#line ??= this.#delivery.openLine(this.#client, () => this.#wake())
    this.#line.push(parcel, entry.seq, answer)
  }

  #give(parcel: Parcel): void {
    this.#batch.add(parcel.bytes(this.#client.native))
    this.#events++
    this.#delivery.delivered(this.#client, parcel)
  }
}
