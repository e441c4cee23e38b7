import { shown } from '../wire/shown.ts'
import type { LogEntry, LogRecord } from './entry.ts'
import { createListeners } from './listeners.ts'
import type { Mailbox } from './mailbox.ts'
import { checkNames } from './names.ts'
import type { Relay } from './relay.ts'
import { createWindow } from './window.ts'

export type { LogEntry, LogRecord }

/*
 * The log: the last events, numbered without holes, so that a client that comes back can have what it missed. This one is in
 * memory; whatever keeps the same promises can stand in its place.
 */

/**
 * Is called with each entry of a log. An error that it throws is reported, and stops neither the log nor its other listeners.
 */
export interface LogListener {
  /** The next entry, in order, without holes. */
  entry(entry: LogEntry): void
  /**
   * The log has begun again, with another epoch: numbers of the old one mean nothing any more. With the same epoch, it goes on behind
   * entries that were deleted before this process had them.
   */
  reset(): void
}

/** Where events are kept. `memoryLog` is one. */
export interface EventLog {
  /** Names this run of numbers: eight or more of a–z and 0–9. After a loss of entries it is another one. */
  readonly epoch: string
  /** The number of the last entry. 0 if there is none. */
  readonly head: number
  /** The first number that can still be read. `head + 1` if none can. */
  readonly first: number
  /**
   * Gives a record its number. When this returns, or its promise resolves, every listener has been called with the entry.
   */
  append(record: LogRecord): LogEntry | Promise<LogEntry>
  /** At most `limit` entries after `seq`, in order, or from `first` if that is later. Fewer only at the end. */
  read(seq: number, limit: number): readonly LogEntry[] | Promise<readonly LogEntry[]>
  /** Adds a listener. @returns A function that removes it. */
  subscribe(listener: LogListener): () => void
  /** Removes all entries, and takes another epoch. */
  reset(): void | Promise<void>
  /**
   * For a log that several processes share: a client may come from one that has read further than this. When this returns, or its
   * promise resolves, this process has read up to that number of that epoch, or knows that the log has no such entry. It rejects if
   * the log cannot be reached: the client is refused with 503, and tries again.
   */
  reach?(epoch: string, seq: number): void | Promise<void>
  /** False while the log cannot be reached: `append` rejects. Left out: it always can be. */
  readonly available?: boolean | undefined
  /**
   * The outcome of an event that `append` rejects with a `LogUnavailableError`, and that was not written. True: the hub gives
   * it to the clients of its own process, without an id. Left out: `publish` rejects.
   */
  readonly localOnly?: boolean | undefined
  /** Where mail is kept, if this log keeps mail. */
  readonly mailbox?: Mailbox | undefined
  /** Carries what is in no log to the hubs that share this one, if they are in other processes. */
  readonly relay?: Relay | undefined
}

/** How much is remembered. */
export interface MemoryLogOptions {
  /**
   * How many events. At the rate of your busiest minutes it decides how long a client may be away. 0: none, so no client can
   * resume. Infinity: no limit.
   * @defaultValue 10_000
   */
  readonly size?: number | undefined
  /**
   * How much text all of them may have together, in characters. Infinity: no limit.
   * @defaultValue 64 Mi
   */
  readonly characters?: number | undefined
}

/**
 * A log in the memory of this process. It ends with the process, so after a restart clients have a gap.
 * @throws TypeError if a bound is no number from 0, and for an option that does not exist.
 */
export function memoryLog(options: MemoryLogOptions = {}): EventLog {
  const { size = 10_000, characters = 64 * 1024 * 1024 } = options
  checkNames('memoryLog', ['size', 'characters'], options)
  for (const [name, bound] of Object.entries({ size, characters }))
    if (typeof bound !== 'number' || !(bound >= 0))
      throw new TypeError(`${name} expects a number from 0, got ${shown(bound)}`)
  const listeners = createListeners<LogEntry>()
  const kept = createWindow<LogEntry>(size, characters)
  let epoch = mintEpoch()
  let head = 0

  return {
    get epoch() {
      return epoch
    },
    get head() {
      return head
    },
    get first() {
      return head + 1 - kept.length
    },
    append(record) {
      const entry = { ...record, seq: ++head }
      kept.push(entry)
      listeners.entry(entry)
      return entry
    },
    read: (seq, limit) => kept.read(seq + 1, limit),
    subscribe: listeners.add,
    reset() {
      epoch = mintEpoch()
      head = 0
      kept.clear()
      listeners.reset()
    },
  }
}

/** Sixty bits of chance as twelve of a–z and 0–9. */
export function mintEpoch(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join('')
}
