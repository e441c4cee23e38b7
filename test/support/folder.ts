import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder for one test, which is removed after it. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'headwater-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
