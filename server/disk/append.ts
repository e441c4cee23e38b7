import type { Append } from '../log/batch.ts'
import { type LogEntry, mintEpoch } from '../log/log.ts'
import { type OpenFile, pathTo } from './disk.ts'
import { encodeLine } from './line.ts'
import type { OpenLog } from './open.ts'
import { emptySegment, headerOf, lastOf, nameOf } from './segment.ts'
import { writeState } from './state.ts'

/* The changes to the files of a log on disk, one call after the other. */

/** An entry as it has been written. */
export interface Written {
  readonly entry: LogEntry
  /** Of its line, in bytes. */
  readonly length: number
}

/** A file that is appended to. */
interface Tail {
  readonly file: OpenFile
  /** Something that does not belong there may stand behind its end. */
  isTorn: boolean
}

/**
 * Writes at the end of a file.
 * @param sync - Waits until the device has it.
 * @throws The disk's error. The file then ends where it did.
 */
export async function appendBytes(tail: Tail, end: number, bytes: Uint8Array, sync: boolean): Promise<void> {
  try {
    // The rest of a failed write that could not be cut off then.
    if (tail.isTorn) await tail.file.truncate(end)
    tail.isTorn = true
    await tail.file.write(bytes, end)
    if (sync) await tail.file.sync()
    tail.isTorn = false
  } catch (error) {
    await tail.file.truncate(end).then(
      () => {
        tail.isTorn = false
      },
      // It is tried again before the next write.
      () => {},
    )
    throw error
  }
}

/**
 * Writes records as the next lines. The log does not know of them yet, so that nobody hears of an event before it is written.
 * @param sync - Waits until the device has them.
 * @throws The disk's error. The file then ends where it did.
 */
export async function writeRecords(log: OpenLog, batch: readonly Append[], sync: boolean): Promise<readonly Written[]> {
  const lines: Buffer[] = []
  const written = batch.map(({ record }, n) => {
    const entry = { ...record, seq: log.head + 1 + n }
    // The number stands first, where a person who opens the file sees it.
    const { seq, ...rest } = entry
    const line = Buffer.from(encodeLine({ seq, ...rest }))
    lines.push(line)
    return { entry, length: line.length }
  })
  await appendBytes(log, log.last.end, Buffer.concat(lines), sync)
  return written
}

/** Begins the next segment. @throws The disk's error. Then nothing has changed. */
export async function beginSegment(log: OpenLog, epoch: string, first: number): Promise<void> {
  const { disk, file, last } = log
  if (log.isTorn) await file.truncate(last.end)
  log.isTorn = false
  // From here on only the newest segment can have lines that the device does not have.
  await file.sync()
  const n = last.n + 1
  const path = pathTo(log.folder, nameOf(n))
  const header = encodeLine(headerOf(epoch, first))
  log.file = await disk.create(path, header)
  log.older.push(last)
  log.last = emptySegment(path, n, first, header.length)
  await file.close().catch(() => {})
}

/**
 * Begins an empty log under another epoch. @returns The files of the old one. @throws The disk's error. Then nothing has
 * changed.
 */
export async function beginEpoch(log: OpenLog): Promise<readonly string[]> {
  const epoch = mintEpoch()
  await beginSegment(log, epoch, 1)
  log.epoch = epoch
  log.head = 0
  log.recent.clear()
  return log.older.splice(0).map(({ path }) => path)
}

/** Has the device take everything, and says so. */
export async function closeFile(log: OpenLog): Promise<void> {
  const { file, folder, epoch, head } = log
  try {
    if (log.isTorn) await file.truncate(log.last.end)
    await file.sync()
  } finally {
    await file.close()
  }
  writeState(folder, { kind: 'closed', epoch, head })
}

/** Takes the segments off the front that the log does not want any more. @returns Their files. */
export function dropOlder(log: OpenLog, first: number, before: number): readonly string[] {
  const kept = log.older.findIndex((segment) => lastOf(segment) >= first && segment.newest >= before)
  return log.older.splice(0, kept < 0 ? log.older.length : kept).map(({ path }) => path)
}
