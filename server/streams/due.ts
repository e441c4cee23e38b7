import type { Cursor } from '../log/cursor.ts'
import type { Mail } from '../log/mailbox.ts'

/* The decision about a user's mail when one of their streams opens. It is pure. */

/** Where the stream stands. */
export interface Standing {
  /** The cursor that the client sent. Undefined for none, and for what is no id. */
  readonly cursor: Cursor | undefined
  /** The log's epoch. */
  readonly epoch: string
  /** The number in the log that the stream goes on behind. */
  readonly after: number
  /** The stream is sent every event behind `after` from the log. */
  readonly recovered: boolean
}

/**
 * `acknowledged`: the client has it. `send`: it is sent ahead of everything else. `later`: it comes with the events of the log.
 */
export type Due = 'acknowledged' | 'send' | 'later'

/**
 * Whether a cursor says that its client has a mail. An id of the log stands behind all mail that was kept before it: a stream is
 * sent its mail before the first such id. While it is being sent mail its ids say how far it has got.
 */
function covers({ epoch, seq, mail: place }: Cursor, mail: Mail, current: string): boolean {
  if (place !== undefined) return mail.seq <= place
  if (mail.epoch === epoch) return mail.entry.seq <= seq
  // Numbered by a log before this one.
  return epoch === current
}

export function dueOf(mail: Mail, { cursor, epoch, after, recovered }: Standing): Due {
  // A cursor may be that of another user who was signed in before: it says nothing of mail that no stream of this one was sent.
  if (mail.sent && cursor && covers(cursor, mail, epoch)) return 'acknowledged'
  return recovered && mail.epoch === epoch && mail.entry.seq > after ? 'later' : 'send'
}
