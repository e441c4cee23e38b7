import type { EventLog } from './log.ts'

/*
 * Ids are `<epoch>-<seq>`: which log, and which number in it. To clients they are opaque; whether one can be gone on from
 * is for the server to say, since only it knows what it has thrown away. While a client is being sent mail, its place in the
 * mailbox stands between: `<epoch>.<mail>-<seq>`. Clients compare numbers only where all in front of them is the same.
 */

/** Why a client cannot go on from its cursor. */
type GapReason = 'expired' | 'epoch' | 'unknown-cursor'

/** The decision about a cursor: `after` is the number to go on behind. */
export type Resumption =
  | { readonly recovered: true; readonly after: number }
  /** No cursor, or one that leads nowhere; it starts at the head. */
  | { readonly recovered: false; readonly after: number; readonly reason?: GapReason }

/** Short for a cursor in front of everything that the log still has. `canReadAll` says who may use the word. */
export const EARLIEST = 'earliest'

export const formatId = (epoch: string, seq: number): string => `${epoch}-${seq}`

/** The id of a mail for a client whose place in the log is `seq`; with 0, of a client that has not been sent its mail yet. */
export const formatMailId = (epoch: string, seq: number, mail: number): string => `${epoch}.${mail}-${seq}`

/** An id, read. */
export interface Cursor {
  readonly epoch: string
  readonly seq: number
  /** The last mail that the client was sent, if it was being sent mail. */
  readonly mail: number | undefined
}

/** Undefined for anything that is not one of our ids. */
export function parseId(id: string): Cursor | undefined {
  const [, epoch, place, digits] = /^([a-z0-9]{8,64})(?:\.(0|[1-9][0-9]{0,15}))?-(0|[1-9][0-9]{0,15})$/.exec(id) ?? []
  const seq = Number(digits)
  const mail = place === undefined ? undefined : Number(place)
  return epoch && Number.isSafeInteger(seq) && Number.isSafeInteger(mail ?? 0) ? { epoch, seq, mail } : undefined
}

/**
 * Where a client goes on. Recovered means: every event behind the cursor is still there, of the same log.
 * @param mayReadAll - Whether this client may use the word `earliest`. Any cursor of this log does the same for it.
 */
export function resume(
  requested: string,
  { epoch, first, head }: Pick<EventLog, 'epoch' | 'first' | 'head'>,
  mayReadAll: boolean,
): Resumption {
  if (!requested) return { recovered: false, after: head }
  if (requested === EARLIEST && mayReadAll) return { recovered: true, after: first - 1 }
  const cursor = parseId(requested)
  if (!cursor) return { recovered: false, after: head, reason: 'unknown-cursor' }
  if (cursor.epoch !== epoch) return { recovered: false, after: head, reason: 'epoch' }
  if (cursor.seq > head) return { recovered: false, after: head, reason: 'unknown-cursor' }
  if (cursor.seq + 1 < first) return { recovered: false, after: head, reason: 'expired' }
  return { recovered: true, after: cursor.seq }
}
