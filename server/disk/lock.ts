import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { isMissing, pathTo } from './disk.ts'

/*
 * Two processes that append to one log would write over each other. Node cannot ask the system to lock a file, so the lock is a
 * file with the number of the process that holds it.
 */

/** Those that this process holds. */
const held = new Set<string>()

/** When a process was started, on the clock of its system. Undefined where that cannot be seen: then its number has to do. */
function startOf(pid: number): string | undefined {
  try {
    // The name of the program stands in brackets, and may have anything in it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')
    return fields?.[19]
  } catch {
    return undefined
  }
}

/** Whether the process that wrote a lock still runs. Numbers are given again, so the start of the process has to be the same. */
export function isHeld(lock: string, path: string): boolean {
  const [pid = 0, start] = lock.split(' ').map((word) => word.trim())
  const id = Number(pid)
  if (!Number.isSafeInteger(id) || id <= 0) return false
  try {
    process.kill(id, 0)
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as { readonly code?: unknown }).code !== 'EPERM') return false
  }
  const now = startOf(id)
  if (start && now) return start === now
  // In a container every process that is started may have the same number.
  return id !== process.pid || held.has(path)
}

/** @returns False if there is a lock already. */
function write(lock: string): boolean {
  let descriptor: number
  try {
    descriptor = openSync(lock, 'wx')
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'EEXIST') return false
    throw error
  }
  writeSync(descriptor, `${process.pid} ${startOf(process.pid) ?? ''}\n`)
  closeSync(descriptor)
  return true
}

const readLock = (lock: string): string | undefined => {
  try {
    return readFileSync(lock, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * Takes the lock of a folder, also that of a process that has ended without giving it back.
 * @returns Gives it back.
 * @throws Error if another process, or this one, holds it.
 */
export function takeLock(folder: string): () => void {
  const lock = pathTo(folder, 'lock')
  while (!write(lock)) {
    const found = readLock(lock)
    if (found === undefined) continue
    if (isHeld(found, lock)) {
      const who = found.split(' ')[0] === `${process.pid}` ? 'this process' : `process ${found.split(' ')[0]}`
      throw new Error(
        `${folder} is in use by ${who}: only one log at a time can have a folder. Close that one first, or choose another path`,
      )
    }
    // Moved away first: of two processes that find the same old lock, one moves it, and the other finds the new one.
    const old = `${lock}.${process.pid}`
    try {
      renameSync(lock, old)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
    const moved = readLock(old)
    if (moved === undefined || moved === found) rmSync(old, { force: true })
    else renameSync(old, lock)
    if (moved !== undefined && moved !== found)
      throw new Error(`another process has just opened ${folder}. Start again`)
  }
  held.add(lock)
  return () => {
    if (held.delete(lock)) rmSync(lock, { force: true })
  }
}
