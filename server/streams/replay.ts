import { isThenable } from '../../src/base/errors.ts'
import { type Client, concernOf } from '../audience/client.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog } from '../log/log.ts'
import type { Delivery } from '../publish/delivery.ts'
import { gapFrame, liveFrame } from '../wire/frames.ts'

/*
 * Catching up: a client is read the log from its cursor, page by page and no faster than it takes them, until it has reached
 * the place up to which events have been handed out. From that very moment it is live: nothing is handed out in between, so
 * that nothing is lost and nothing doubled, however slow log and client are.
 */

/** How many entries are read at a time. */
const PAGE = 100
/** How much is written at a time, about, in bytes: frames that go together cost one write. */
const CHUNK = 64 * 1024

/** What came of it. */
export interface CaughtUp {
  /** How many events it was given. */
  readonly events: number
  /** The log had thrown away what was still to be read; the client has been told. */
  readonly gap: boolean
}

/**
 * @param tell - Says something to the client.
 * @returns What came of it; rejects if the log cannot be read.
 */
export async function catchUp(
  client: Client,
  log: EventLog,
  delivery: Delivery,
  tell: (client: Client, frame: Uint8Array) => void,
): Promise<CaughtUp> {
  const { epoch } = log
  const { outlet, native } = client
  /** The client has gone, or the log has begun anew, and all clients with it. */
  const isOver = (): boolean => client.ended !== undefined || log.epoch !== epoch
  let events = 0
  let gap = false
  let frames: Uint8Array[] = []
  let size = 0

  /** @returns A promise only if there is something to wait for: what the socket takes goes out in one go. */
  function flush(): Promise<void> | undefined {
    if (frames.length) tell(client, concat(frames, size))
    frames = []
    size = 0
    return outlet.blockedSince === undefined ? undefined : outlet.room()
  }

  while (!isOver() && client.after < delivery.place) {
    const read = log.read(client.after, PAGE)
    const page = isThenable(read) ? await read : read
    if (isOver()) break
    if (page[0]?.seq !== client.after + 1) {
      // Thrown away meanwhile: it was slower than the log is long.
      const requested = formatId(epoch, client.after)
      client.after = delivery.place
      const resumedFrom = formatId(epoch, client.after)
      tell(client, gapFrame({ reason: 'expired', requested, resumedFrom, topics: concernOf(client) }))
      gap = true
      break
    }
    for (const entry of page) {
      const parcel = delivery.parcelOf(entry)
      if (parcel.isFor(client)) {
        const bytes = parcel.bytes(native)
        frames.push(bytes)
        size += bytes.length
        events++
      }
      client.after = entry.seq
      if (size >= CHUNK) await flush()
      if (isOver()) break
    }
    await flush()
  }
  if (!isOver()) {
    client.live = true
    client.toldSeq = client.after
    tell(client, liveFrame(formatId(epoch, client.after)))
  }
  return { events, gap }
}

function concat(frames: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size)
  let at = 0
  for (const frame of frames) {
    all.set(frame, at)
    at += frame.length
  }
  return all
}
