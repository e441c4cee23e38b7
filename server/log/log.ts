import { shown } from '../wire/shown.ts'
import type { LogEntry, LogRecord } from './entry.ts'
import { createListeners } from './listeners.ts'
import type { Mailbox } from './mailbox.ts'
import { checkNames } from './names.ts'
import { createWindow } from './window.ts'

export type { LogEntry, LogRecord }

/*
 * The log: the last events, numbered without holes, so that a client that comes back can have what it missed. This one is in
 * memory; whatever keeps the same promises can stand in its place.
 */

/** Hears what is written down. What it throws is reported, and stops neither the log nor its other listeners. */
export interface LogListener {
  /** The next entry, in order, without holes. */
  entry(entry: LogEntry): void
  /** The log has begun anew, with another epoch: numbers of the old one mean nothing any more. */
  reset(): void
}

/** Where events are kept. `memoryLog` is one. */
export interface EventLog {
  /** Names this run of numbers: eight or more of a–z and 0–9, another after each loss. */
  readonly epoch: string
  /** The last number given; 0 if none was. */
  readonly head: number
  /** The first number that can still be read; `head + 1` if none can. */
  readonly first: number
  /**
   * Gives a record its number. Listeners have heard of the entry when this returns or its promise resolves.
   */
  append(record: LogRecord): LogEntry | Promise<LogEntry>
  /** At most `limit` entries behind `seq`, in order; from `first` if that is later. Fewer only at the end. */
  read(seq: number, limit: number): readonly LogEntry[] | Promise<readonly LogEntry[]>
  /** @returns Ends it. */
  subscribe(listener: LogListener): () => void
  /** Forgets everything, and takes another epoch. */
  reset(): void | Promise<void>
  /** Where events are kept for users who are away, if the log has a place for them. */
  readonly mailbox?: Mailbox | undefined
}

/** How much is remembered. */
export interface MemoryLogOptions {
  /**
   * How many events. At the rate of your busiest minutes it should last for some: that is how long a client may be away.
   * 0: none, so that nobody can resume.
   * @defaultValue 10_000
   */
  readonly size?: number | undefined
  /**
   * How much text they may have together, in characters.
   * @defaultValue 64 Mi
   */
  readonly characters?: number | undefined
}

/**
 * A log in the memory of this process. It ends with the process: after a restart clients are told of a gap.
 * @throws TypeError if a bound is no number from 0, and for an option that does not exist.
 */
export function memoryLog(options: MemoryLogOptions = {}): EventLog {
  const { size = 10_000, characters = 64 * 1024 * 1024 } = options
  checkNames('memoryLog', ['size', 'characters'], options)
  for (const [name, bound] of Object.entries({ size, characters }))
    if (typeof bound !== 'number' || !(bound >= 0))
      throw new TypeError(`${name} wants a number from 0, got ${shown(bound)}`)
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
