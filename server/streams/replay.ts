import { isThenable } from '../../src/base/errors.ts'
import { type Client, concernOf } from '../audience/client.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogEntry } from '../log/log.ts'
import type { Delivery } from '../publish/delivery.ts'
import { gapFrame, liveFrame } from '../wire/frames.ts'
import { Batch } from './batch.ts'
import { PageReader } from './page.ts'
import type { Turns } from './turns.ts'

/*
 * A replay: the log is read for a client from its cursor, page by page and no faster than the client takes it, until it has
 * reached the place up to which events have been handed out. In that very moment the client becomes live. Nothing is handed out
 * in between, so nothing is lost or doubled, however slow the log and the client are.
 */

/** How many entries are read at a time. */
const PAGE = 100

/** The work of a replay so far. */
export interface CaughtUp {
  /** How many events the client was given. */
  readonly events: number
  /** The log had thrown away what was still to be read. The client knows. */
  readonly gap: boolean
}

/** The next step of a replay: nothing, go on in another turn, or go on when there is a page or room. */
type Next = undefined | 'turn' | Promise<'more'>

/** The parts of a hub that a replay needs. */
export interface ReplayParts {
  readonly log: EventLog
  readonly delivery: Delivery
  /** Shared with all other replays. */
  readonly turns: Turns
  /** Sends something to the client. */
  send(client: Client, frame: Uint8Array): void
  /** The log has thrown away what was still to be read. If this ends the client, it is not told of a gap. */
  missed(client: Client): void
}

/** @returns What it has done. Rejects if the log cannot be read. */
export async function catchUp(client: Client, parts: ReplayParts): Promise<CaughtUp> {
  const { turns, delivery } = parts
  const replay = new Replay(client, parts)
  const step: Step = (hasTime) => replay.step(hasTime)
  // A client that has missed nothing waits for nobody's turn.
  let next = client.after < delivery.place ? turns.take(step) : step(() => true)
  while (next) {
    await next
    next = turns.take(step)
  }
  return replay.done
}

type Step = (hasTime: () => boolean) => Next

class Replay {
  readonly #client: Client
  readonly #parts: ReplayParts
  readonly #epoch: string
  readonly #batch: Batch
  readonly #reader: PageReader
  /** The entries that have been read and not been looked at, from the place `#at`. */
  #page: readonly LogEntry[] = []
  #at = 0
  #hasGap = false

  constructor(client: Client, parts: ReplayParts) {
    this.#client = client
    this.#parts = parts
    this.#epoch = parts.log.epoch
    const { outlet } = client
    const write = (bytes: Uint8Array): void => {
      parts.send(client, bytes)
      outlet.spend()
    }
    this.#batch = new Batch(write, outlet.isPaced)
    this.#reader = new PageReader(client, parts.delivery, this.#batch, () => this.#isOver)
  }

  get done(): CaughtUp {
    return { events: this.#reader.events, gap: this.#hasGap }
  }

  step(hasTime: () => boolean): Next {
    const client = this.#client
    const { log, delivery } = this.#parts
    for (;;) {
      // Before anything is waited for, all that was collected goes out.
      this.#batch.flush(() => !client.outlet.isOpen || this.#isOver)
      if (this.#isOver || client.live) return undefined
      if (!client.outlet.isOpen) return client.outlet.room().then(() => 'more')
      if (!hasTime()) return 'turn'
      this.#collect(hasTime)
      if (this.#batch.size || this.#at < this.#page.length || this.#isOver) continue
      // Everything allowed so far has been sent: it does not wait for what is not.
      const waiting = this.#reader.wait()
      if (waiting) return waiting.then(() => 'more')
      if (client.after >= delivery.place) return this.#goLive()
      const read = log.read(client.after, PAGE)
      if (isThenable(read))
        return Promise.resolve(read)
          .then((late) => this.#turnTo(late))
          .then(() => 'more')
      this.#turnTo(read)
    }
  }

  /** The client has gone. Or the log has begun again: then it has been told of a gap, like every client. */
  get #isOver(): boolean {
    return this.#client.ended !== undefined || this.#parts.log.epoch !== this.#epoch
  }

  /** Fills the batch from the page. */
  #collect(hasTime: () => boolean): void {
    const [page, batch, reader] = [this.#page, this.#batch, this.#reader]
    // Where no function of the application is called, nothing ends the replay meanwhile, and a batch takes far less than a turn.
    if (this.#parts.delivery.isDirect)
      while (this.#at < page.length && !batch.isFull) reader.addDirect(page[this.#at++] as LogEntry)
    else
      while (this.#at < page.length && !batch.isFull && !this.#isOver && hasTime())
        reader.add(page[this.#at++] as LogEntry)
    reader.settle()
  }

  #turnTo(read: readonly LogEntry[]): void {
    const client = this.#client
    // Live already: the log goes on behind what was to be read.
    if (this.#isOver || client.live) return
    this.#page = read
    this.#at = 0
    if (read[0]?.seq === client.after + 1) return
    // Thrown away meanwhile: it was slower than the log is long.
    this.#page = []
    const { send, missed, delivery } = this.#parts
    missed(client)
    if (this.#isOver) return
    const requested = formatId(this.#epoch, client.after)
    client.after = delivery.place
    this.#hasGap = true
    const resumedFrom = formatId(this.#epoch, client.after)
    send(client, gapFrame({ reason: 'expired', requested, resumedFrom, topics: concernOf(client) }))
    // At once, and not when there is room: the log goes on, and there would be one gap after the other.
    if (!this.#isOver) this.#goLive()
  }

  #goLive(): undefined {
    const client = this.#client
    client.live = true
    client.sentSeq = client.after
    this.#parts.send(client, liveFrame(formatId(this.#epoch, client.after)))
  }
}
