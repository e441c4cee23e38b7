import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Where the system has it, a file system in memory: nothing waits for a device there, which others may keep busy. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** An empty folder for one test, which is removed after it. @param parent - Where: `tmpdir()` for one on a real device. */
export function folder(parent = MEMORY): string {
  const path = mkdtempSync(join(parent, 'headwater-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
