import type { Mailbox } from '../log/mailbox.ts'

/** How much mail is kept, and where. */
export interface MailboxOptions {
  /**
   * How many persistent events are kept for one user. Beyond: the oldest is dropped. 0: none. Infinity: no limit.
   * @defaultValue 1000
   */
  readonly perUser?: number | undefined
  /**
   * For how long a persistent event is kept, in milliseconds. 0 or Infinity: no limit.
   * @defaultValue 30 days
   */
  readonly maxAge?: number | undefined
  /**
   * Where they are kept.
   * @defaultValue the mailbox of the log, as `fileLog` has one, else `memoryMailbox()`
   */
  readonly store?: Mailbox | undefined
}

/** The same, checked and with the defaults filled in. */
export interface MailSettings {
  readonly perUser: number
  readonly maxAge: number
  readonly store: Mailbox
}
