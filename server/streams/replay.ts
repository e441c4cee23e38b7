import { isThenable } from '../../src/base/errors.ts'
import { type Client, concernOf } from '../audience/client.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogEntry } from '../log/log.ts'
import type { Delivery } from '../publish/delivery.ts'
import { gapFrame, liveFrame } from '../wire/frames.ts'
import { createBatch } from './batch.ts'
import { createPageReader } from './page.ts'
import type { Turns } from './turns.ts'

/*
 * A replay: the log is read for a client from its cursor, page by page and no faster than the client takes it, until it has
 * reached the place up to which events have been handed out. In that very moment the client becomes live. Nothing is handed out
 * in between, so nothing is lost or doubled, however slow the log and the client are.
 */

/** How many entries are read at a time. */
const PAGE = 100

/** What a replay has done. */
export interface CaughtUp {
  /** How many events the client was given. */
  readonly events: number
  /** The log had thrown away what was still to be read. The client knows. */
  readonly gap: boolean
}

/** What a replay does next: nothing, go on in another turn, or go on when there is a page or room. */
type Next = undefined | 'turn' | Promise<'more'>

/** What a replay has to say. */
export interface ReplayEvents {
  /** Sends something to the client. */
  tell(client: Client, frame: Uint8Array): void
  /** The log has thrown away what was still to be read. If this ends the client, it is not told of a gap. */
  missed(client: Client): void
}

/**
 * @param turns - Shared with all other replays.
 * @returns What it has done. Rejects if the log cannot be read.
 */
export async function catchUp(
  client: Client,
  log: EventLog,
  delivery: Delivery,
  turns: Turns,
  { tell, missed }: ReplayEvents,
): Promise<CaughtUp> {
  const { epoch } = log
  const { outlet } = client
  const batch = createBatch((bytes) => {
    tell(client, bytes)
    outlet.spend()
  }, outlet.isPaced)
  /** What has been read and not been looked at. */
  let page: readonly LogEntry[] = []
  let at = 0
  const done = { gap: false }

  /** The client has gone. Or the log has begun again: then it has been told of a gap, like every client. */
  const isOver = (): boolean => client.ended !== undefined || log.epoch !== epoch
  const reader = createPageReader(client, delivery, batch, isOver)
  const isFull = (): boolean => !outlet.isOpen || isOver()

  function goLive(): void {
    client.live = true
    client.toldSeq = client.after
    tell(client, liveFrame(formatId(epoch, client.after)))
  }

  function turnTo(read: readonly LogEntry[]): void {
    if (isOver()) return
    page = read
    at = 0
    if (page[0]?.seq === client.after + 1) return
    // Thrown away meanwhile: it was slower than the log is long.
    page = []
    missed(client)
    if (isOver()) return
    const requested = formatId(epoch, client.after)
    client.after = delivery.place
    done.gap = true
    const resumedFrom = formatId(epoch, client.after)
    tell(client, gapFrame({ reason: 'expired', requested, resumedFrom, topics: concernOf(client) }))
    // At once, and not when there is room: the log goes on, and there would be one gap after the other.
    if (!isOver()) goLive()
  }

  function step(hasTime: () => boolean): Next {
    for (;;) {
      // Before anything is waited for, all that was collected goes out.
      batch.flush(isFull)
      if (isOver() || client.live) return undefined
      if (!outlet.isOpen) return outlet.room().then(() => 'more')
      if (!hasTime()) return 'turn'
      while (at < page.length && !batch.isFull && !isOver() && hasTime()) reader.add(page[at++] as LogEntry)
      reader.settle()
      if (batch.size || at < page.length || isOver()) continue
      // Everything allowed so far has been sent: it does not wait for what is not.
      const waiting = reader.wait()
      if (waiting) return waiting.then(() => 'more')
      if (client.after >= delivery.place) {
        goLive()
        return undefined
      }
      const read = log.read(client.after, PAGE)
      if (isThenable(read))
        return Promise.resolve(read)
          .then(turnTo)
          .then(() => 'more')
      turnTo(read)
    }
  }

  // Who has missed nothing waits for nobody's turn.
  let next = client.after < delivery.place ? turns.take(step) : step(() => true)
  while (next) {
    await next
    next = turns.take(step)
  }
  return { events: reader.events, ...done }
}
