import {
  close,
  closeSync,
  existsSync,
  fsync,
  fsyncSync,
  ftruncate,
  mkdirSync,
  open,
  openSync,
  readdirSync,
  readFileSync,
  rename,
  renameSync,
  rmSync,
  truncateSync,
  unlink,
  write,
  writeFileSync,
} from 'node:fs'
import { open as openForReading } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/*
 * The disk, as the log on disk uses it. Work while the server serves never blocks: only work at its start and at its end
 * does.
 */

/** A file that is written to, one call after the other. */
export interface OpenFile {
  /** Writes all bytes at this offset. */
  write(bytes: Uint8Array, at: number): Promise<void>
  /** Resolves when the device has what was written. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export interface Disk {
  /** Opens a file that exists. */
  open(path: string): OpenFile
  /** Makes a file that must not exist. It is on the device, with its name, when the promise resolves. */
  create(path: string, text: string): Promise<OpenFile>
  /** Makes or replaces a file: after a crash there is the old one or the new one. */
  replace(path: string, text: string): Promise<OpenFile>
  /** The bytes between two offsets. Undefined if the file has been removed. */
  read(path: string, from: number, to: number): Promise<Buffer | undefined>
  remove(path: string): Promise<void>
}

const closeFile = promisify(close)
const openFile = promisify(open)
const syncFile = promisify(fsync)
const truncateFile = promisify(ftruncate)
const renameFile = promisify(rename)
const unlinkFile = promisify(unlink)
const writeSome = promisify(write)

function wrap(descriptor: number): OpenFile {
  return {
    async write(bytes, at) {
      // Where the disk is full, a part may still be taken.
      for (let done = 0; done < bytes.length; )
        done += (await writeSome(descriptor, bytes, done, bytes.length - done, at + done)).bytesWritten
    },
    sync: () => syncFile(descriptor),
    truncate: (length) => truncateFile(descriptor, length),
    close: () => closeFile(descriptor),
  }
}

export const isMissing = (error: unknown): boolean => (error as { readonly code?: unknown } | null)?.code === 'ENOENT'

/** Names of new files are part of their folder, which is written apart. Windows has no such thing, and refuses. */
function syncFolder(folder: string): void {
  let descriptor: number | undefined
  try {
    descriptor = openSync(folder, 'r')
    fsyncSync(descriptor)
  } catch {
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

async function create(path: string, text: string): Promise<OpenFile> {
  const file = wrap(await openFile(path, 'wx+'))
  try {
    await file.write(Buffer.from(text), 0)
    await file.sync()
    syncFolder(dirname(path))
    return file
  } catch (error) {
    await file.close().catch(() => {})
    await unlinkFile(path).catch(() => {})
    throw error
  }
}

const remove = (path: string): Promise<void> =>
  unlinkFile(path).catch((error) => {
    if (!isMissing(error)) throw error
  })

export const nodeDisk: Disk = {
  open: (path) => wrap(openSync(path, 'r+')),
  create,
  remove,
  async replace(path, text) {
    const draft = `${path}.new`
    await remove(draft)
    const file = await create(draft, text)
    try {
      await renameFile(draft, path)
      syncFolder(dirname(path))
      return file
    } catch (error) {
      await file.close().catch(() => {})
      throw error
    }
  },
  async read(path, from, to) {
    try {
      const file = await openForReading(path, 'r')
      try {
        const bytes = Buffer.alloc(to - from)
        let size = 0
        while (size < bytes.length) {
          const { bytesRead } = await file.read(bytes, size, bytes.length - size, from + size)
          if (bytesRead === 0) break
          size += bytesRead
        }
        return bytes.subarray(0, size)
      } finally {
        await file.close()
      }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  },
}

/*
 * For the start and the end of the process.
 */

/** A file in a folder. */
export const pathTo = (folder: string, name: string): string => join(folder, name)

/** For its owner alone: what was published to one user is no business of another user of the machine. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  // The `recursive` of Node hangs where the system makes no folder, such as in /proc.
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (!existsSync(path)) throw error
  }
}

export const listFolder = (path: string): string[] => readdirSync(path)

/** The bytes of a file; undefined if there is none. */
export function readWhole(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Makes or replaces a file: after a crash there is the old one or the new one, and nothing between. */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.new`
  writeFileSync(draft, text, { flush: true })
  renameSync(draft, path)
  syncFolder(dirname(path))
}

/** Cuts a file, on the device too. */
export function cutFile(path: string, length: number): void {
  truncateSync(path, length)
  syncWhole(path)
}

/** Has the device take what the file system may still hold back. */
export function syncWhole(path: string): void {
  const descriptor = openSync(path, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

export const removeWhole = (path: string): void => rmSync(path, { force: true })
