import { beginEpoch, closeFile, type Written, writeRecords } from './file-append.ts'
import { type Append, createQueue } from './file-batch.ts'
import { createCare } from './file-care.ts'
import { type Disk, makeFolder, nodeDisk } from './file-disk.ts'
import { takeLock } from './file-lock.ts'
import { createFileMailbox, type MailFile, openMailFile } from './file-mailbox.ts'
import { type OpenLog, openFolder } from './file-open.ts'
import { type FileLogOptions, type FileLogSettings, resolveFileLogOptions } from './file-options.ts'
import { readFiles } from './file-read.ts'
import { extend } from './file-segment.ts'
import { createListeners } from './listeners.ts'
import type { EventLog, LogEntry, LogRecord } from './log.ts'
import type { Mailbox } from './mailbox.ts'

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
 * @throws TypeError for an option that cannot work. Error if another log has the folder, and for a damaged file. What the disk
 *   throws.
 */
export const fileLog = (options: FileLogOptions): FileLog => createFileLog(options, nodeDisk)

/** @param disk - For tests: one that fails. */
export function createFileLog(options: FileLogOptions, disk: Disk): FileLog {
  const settings = resolveFileLogOptions(options)
  const { path, always } = settings
  const log = openLocked(settings, disk)
  const listeners = createListeners<LogEntry>()
  let closed: Promise<void> | undefined

  function take({ entry, length }: Written): LogEntry {
    extend(log.last, length, entry)
    log.head = entry.seq
    log.recent.push(entry)
    listeners.entry(entry)
    return entry
  }

  const add = createQueue(async (batch) => {
    let written: readonly Written[] = []
    try {
      written = await writeRecords(log, batch, always)
    } catch (error) {
      for (const { reject } of batch) reject(error)
      return
    }
    for (const [n, each] of written.entries()) (batch[n] as Append).resolve(take(each))
    if (!always) care.written()
    await care.tidy()
  })

  const perform = (act: () => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => add({ kind: 'task', run: () => act().then(resolve, reject) }))

  const care = createCare(log, settings, perform, () => Promise.all([log.file.sync(), mailbox.sync()]))

  const isClosed = (): Error => new Error(`the log in ${path} has been closed`)
  const mailbox = createFileMailbox(log, log.mail, {
    always,
    written: care.written,
    attempt: care.attempt,
    perform: (act) => (closed ? Promise.reject(isClosed()) : perform(act)),
  })

  return {
    get epoch() {
      return log.epoch
    },
    get head() {
      return log.head
    },
    get first() {
      return care.first()
    },
    append: (record) =>
      new Promise((resolve, reject) => {
        if (closed) reject(isClosed())
        else add({ kind: 'append', record, resolve, reject })
      }),
    read(seq, limit) {
      const from = Math.max(seq + 1, care.first())
      if (from > log.head - log.recent.length) return log.recent.read(from, limit)
      return readFiles(log, from, Math.min(limit, log.head - from + 1), care.first)
    },
    mailbox,
    subscribe: listeners.add,
    reset: () =>
      perform(async () => {
        const old = await beginEpoch(log)
        listeners.reset()
        await care.remove(old)
      }),
    close() {
      closed ??= perform(() => {
        care.stop()
        return mailbox
          .close()
          .finally(() => closeFile(log))
          .finally(log.unlock)
      })
      return closed
    },
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
