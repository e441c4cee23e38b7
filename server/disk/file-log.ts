import { type Append, createQueue } from '../log/batch.ts'
import { createListeners } from '../log/listeners.ts'
import type { EventLog, LogEntry, LogRecord } from '../log/log.ts'
import type { Mailbox } from '../log/mailbox.ts'
import { beginEpoch, closeFile, type Written, writeRecords } from './append.ts'
import { type Care, createCare } from './care.ts'
import { type Disk, makeFolder, nodeDisk } from './disk.ts'
import { takeLock } from './lock.ts'
import { closeMail, createFileMailbox, type MailFile, openMailFile, syncMail } from './mailbox.ts'
import { type OpenLog, openFolder } from './open.ts'
import { type FileLogOptions, type FileLogSettings, resolveFileLogOptions } from './options.ts'
import { readFiles } from './read.ts'
import { extend } from './segment.ts'

export type { FileLogOptions }

/** A log on disk. */
export interface FileLog extends EventLog {
  /** Resolves when the event is written, and with `fsync: 'always'` on the device. Rejects with what the disk throws. */
  append(record: LogRecord): Promise<LogEntry>
  reset(): Promise<void>
  /** Persistent events are kept in the same folder, as durable as the log. A hub uses it if it has no other. `reset` leaves it alone. */
  readonly mailbox: Mailbox
  /**
   * Writes what waits, has it on the device, and gives the folder back. Afterwards `append` rejects. Call it after the hub's
   * `close`. Without it nothing is lost that `fsync` keeps, but after a power failure clients may be told of a gap.
   */
  close(): Promise<void>
}

/**
 * A log in a folder, for one process at a time. After a restart its numbers go on, and clients resume without a gap.
 *
 * @example
 * const log = fileLog({ path: '/var/lib/shop/events' })
 * const hub = createHub({ log })
 * process.once('SIGTERM', async () => {
 *   await hub.close({ drain: 5000 })
 *   await log.close()
 * })
 *
 * @throws TypeError for an option that cannot work. Error if another log has the folder, and for a damaged file. The disk's
 * error.
 */
export const fileLog = (options: FileLogOptions): FileLog => createFileLog(options, nodeDisk)

/** @param disk - For tests: one that fails. */
export const createFileLog = (options: FileLogOptions, disk: Disk): FileLog =>
  new FolderLog(resolveFileLogOptions(options), disk)

/** Its methods are fields, so that they work without their object, as those of a `memoryLog` do. */
class FolderLog implements FileLog {
  readonly mailbox: Mailbox
  readonly subscribe: FileLog['subscribe']
  readonly #settings: FileLogSettings
  readonly #log: LockedLog
  readonly #listeners = createListeners<LogEntry>()
  readonly #jobs = createQueue((batch) => this.#write(batch))
  readonly #care: Care
  #closed: Promise<void> | undefined

  constructor(settings: FileLogSettings, disk: Disk) {
    const log = openLocked(settings, disk)
    this.#settings = settings
    this.#log = log
    this.subscribe = this.#listeners.add
    const perform = this.#perform
    this.#care = createCare(log, settings, perform, () => Promise.all([log.file.sync(), syncMail(log.mail)]))
    this.mailbox = createFileMailbox(log, log.mail, {
      always: settings.always,
      written: this.#care.written,
      attempt: this.#care.attempt,
      perform: (act) => (this.#closed ? Promise.reject(this.#closedError()) : perform(act)),
    })
  }

  get epoch(): string {
    return this.#log.epoch
  }
  get head(): number {
    return this.#log.head
  }
  get first(): number {
    return this.#care.first()
  }

  readonly append = (record: LogRecord): Promise<LogEntry> =>
    new Promise((resolve, reject) => {
      if (this.#closed) reject(this.#closedError())
      else this.#jobs({ kind: 'append', record, resolve, reject })
    })

  readonly read: FileLog['read'] = (seq, limit) => {
    const { head, recent } = this.#log
    const from = Math.max(seq + 1, this.#care.first())
    if (from > head - recent.length) return recent.read(from, limit)
    return readFiles(this.#log, from, Math.min(limit, head - from + 1), this.#care.first)
  }

  readonly reset = (): Promise<void> =>
    this.#perform(async () => {
      const old = await beginEpoch(this.#log)
      this.#listeners.reset()
      await this.#care.remove(old)
    })

  readonly close = (): Promise<void> => {
    const log = this.#log
    this.#closed ??= this.#perform(() => {
      this.#care.stop()
      return closeMail(log.mail)
        .finally(() => closeFile(log))
        .finally(log.unlock)
    })
    return this.#closed
  }

  /** Does something when it is its turn. */
  readonly #perform = (act: () => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => this.#jobs({ kind: 'task', run: () => act().then(resolve, reject) }))

  async #write(batch: readonly Append[]): Promise<void> {
    const { always } = this.#settings
    let written: readonly Written[] = []
    try {
      written = await writeRecords(this.#log, batch, always)
    } catch (error) {
      for (const { reject } of batch) reject(error)
      return
    }
    for (const [n, each] of written.entries()) (batch[n] as Append).resolve(this.#take(each))
    if (!always) this.#care.written()
    await this.#care.tidy()
  }

  /** Takes note of what has been written. Now the listeners hear of it. */
  #take({ entry, length }: Written): LogEntry {
    const log = this.#log
    extend(log.last, length, entry)
    log.head = entry.seq
    log.recent.push(entry)
    this.#listeners.entry(entry)
    return entry
  }

  #closedError(): Error {
    return new Error(`the log in ${this.#settings.path} has been closed`)
  }
}

/** A log whose folder is locked. */
interface LockedLog extends OpenLog {
  readonly mail: MailFile
  unlock(): void
}

function openLocked({ path, always, warn }: FileLogSettings, disk: Disk): LockedLog {
  makeFolder(path)
  const unlock = takeLock(path)
  try {
    // First what can be refused without having changed anything.
    const mail = openMailFile(path, disk, warn)
    return { ...openFolder(path, disk, always ? 'always' : 'sometimes', warn), mail, unlock }
  } catch (error) {
    unlock()
    throw error
  }
}
