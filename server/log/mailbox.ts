import type { LogEntry } from './entry.ts'

/*
 * Events for users who are away for longer than the log lasts. Each is kept until a stream of its user has acknowledged it.
 */

/** An event that is kept for a user. All of it can be stored as JSON. */
export interface Mail {
  /** Its number in the mailbox. Later mail has a greater number, also that of other users, and after a restart. */
  readonly seq: number
  /** The event, and the epoch in which the log numbered it. */
  readonly entry: LogEntry
  readonly epoch: string
  /** When it is forgotten, in epoch milliseconds. Null: never. */
  readonly until: number | null
  /** A stream of the user was open when it was published, or has been opened since. */
  readonly sent: boolean
}

/** Where mail is kept. `memoryMailbox` is one, and `fileLog` has one. */
export interface Mailbox {
  /** Keeps an event. @returns Its number. */
  add(userId: string, mail: Omit<Mail, 'seq'>): number | Promise<number>
  /** The mail of a user, the oldest first. It may include mail that is over. */
  list(userId: string): readonly Mail[] | Promise<readonly Mail[]>
  /** Notes that these are being sent. */
  markSent(userId: string, seqs: readonly number[]): void | Promise<void>
  /** Forgets these: the user has them. */
  acknowledge(userId: string, seqs: readonly number[]): void | Promise<void>
}

/** A change of a mailbox. */
export type MailChange =
  | { readonly kind: 'add'; readonly userId: string; readonly mail: Mail }
  | { readonly kind: 'sent' | 'acknowledge'; readonly userId: string; readonly seqs: readonly number[] }

/** The mail of all users, in memory. */
export interface MailIndex {
  /** How many there are. */
  readonly size: number
  apply(change: MailChange): void
  list(userId: string): readonly Mail[]
  all(): Iterable<readonly [userId: string, mails: readonly Mail[]]>
}

export const isOver = ({ until }: Pick<Mail, 'until'>, now: number): boolean => until !== null && until <= now

export function createMailIndex(): MailIndex {
  const boxes = new Map<string, readonly Mail[]>()
  let size = 0

  function put(userId: string, mails: readonly Mail[]): void {
    size += mails.length - (boxes.get(userId)?.length ?? 0)
    // At the end, so that the front has those that were looked at the longest time ago.
    boxes.delete(userId)
    if (mails.length) boxes.set(userId, mails)
  }

  /** Users who never come back would fill the memory: with each new mail, two of them are looked at. */
  function sweep(now: number): void {
    const users = boxes.keys()
    for (const userId of [users.next().value, users.next().value])
      if (userId !== undefined)
        put(
          userId,
          (boxes.get(userId) ?? []).filter((mail) => !isOver(mail, now)),
        )
  }

  return {
    get size() {
      return size
    },
    apply(change) {
      const mails = boxes.get(change.userId) ?? []
      if (change.kind === 'add') {
        put(change.userId, [...mails, change.mail])
        sweep(change.mail.entry.at)
        return
      }
      const meant = new Set(change.seqs)
      if (change.kind === 'acknowledge')
        put(
          change.userId,
          mails.filter(({ seq }) => !meant.has(seq)),
        )
      else
        put(
          change.userId,
          mails.map((mail) => (meant.has(mail.seq) ? { ...mail, sent: true } : mail)),
        )
    },
    list: (userId) => boxes.get(userId) ?? [],
    all: () => boxes,
  }
}

/** A mailbox in the memory of this process. It ends with the process. */
export function memoryMailbox(): Mailbox {
  const index = createMailIndex()
  // Not from 1 in each process: a cursor of an earlier one must not acknowledge what it has never seen.
  let last = Date.now() * 1000
  return {
    add(userId, mail) {
      const seq = ++last
      index.apply({ kind: 'add', userId, mail: { ...mail, seq } })
      return seq
    },
    list: index.list,
    markSent: (userId, seqs) => index.apply({ kind: 'sent', userId, seqs }),
    acknowledge: (userId, seqs) => index.apply({ kind: 'acknowledge', userId, seqs }),
  }
}
