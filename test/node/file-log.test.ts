import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileLog } from 'headwater/server/node'
import { describe, expect, it } from 'vitest'
import { folder } from '../support/folder.ts'

/*
 * A log on disk whose process is killed, and one whose disk is full.
 */

const APPENDER = join(import.meta.dirname, 'file-log/appender.ts')

/** Runs the appender until it has said so many lines, and kills it in the middle of its work. @returns What it said. */
async function appendUntilKilled(path: string, fsync: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--no-warnings', APPENDER, path, fsync], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('latin1')
  child.stdout.on('data', (text) => {
    said += text
    if (said.split('\n').length > lines) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return said.split('\n').slice(1, -1)
}

describe.each([
  ['always', 30],
  ['false', 10],
] as const)('a process with fsync %s that is killed %i times', (fsync, rounds) => {
  it('has every event that append has resolved, in order, without a hole, in one epoch', {
    timeout: 600_000,
  }, async () => {
    const path = folder(tmpdir())
    const resolved: string[] = []
    const epochs = new Set<string>()
    for (let round = 0; round < rounds; round++) {
      // Now at its start, now after some thousand events.
      const lines = 1 + Math.floor((Math.random() * 40) ** 2)
      const before = resolved.length
      resolved.push(...(await appendUntilKilled(path, fsync, lines)))
      expect(resolved.length, 'it got somewhere').toBeGreaterThanOrEqual(before)
      const log = fileLog({ path, size: 1_000_000, onWarning: () => {} })
      epochs.add(log.epoch)
      const entries = await log.read(0, Infinity)
      await log.close()
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, n) => n + 1))
      const texts = new Map(entries.map(({ seq, json }) => [`${seq}`, JSON.parse(json).split('.')[0]]))
      const missing = resolved.filter((line) => texts.get(line.split(' ')[0] ?? '') !== line.split(' ')[1])
      expect(missing).toEqual([])
    }
    expect(resolved.length).toBeGreaterThan(30)
    // No power failed, so that what was written is there.
    if (fsync === 'always' || existsSync('/proc/sys/kernel/random/boot_id')) expect(epochs.size).toBe(1)
  })
})

const FULL = join(import.meta.dirname, 'file-log/full.ts')

// The shell limits how long a file of its children may get: what a full disk does, without a disk of our own.
it.skipIf(process.platform === 'win32')('a file that cannot grow rejects append, and stays whole', async () => {
  const path = folder(tmpdir())
  const child = spawn(
    'sh',
    ['-c', 'trap "" XFSZ; ulimit -f 16; exec "$0" --no-warnings "$1" "$2"', process.execPath, FULL, path],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let said = ''
  child.stdout.setEncoding('latin1')
  child.stdout.on('data', (text) => {
    said += text
  })
  await once(child, 'close')
  const { resolved, rejected, told, codes } = JSON.parse(said)
  expect(rejected).toBeGreaterThan(0)
  expect(codes).toEqual(['EFBIG'])
  expect(told).toEqual(resolved)
  const warnings: string[] = []
  const log = fileLog({ path, onWarning: (text) => warnings.push(text) })
  expect(warnings).toEqual([])
  const entries = await log.read(0, Infinity)
  await log.close()
  expect(entries.map(({ json }) => json)).toEqual(resolved)
  expect(resolved).toContain('"small"')
  expect(readFileSync(join(path, 'events-0000000001.jsonl'), 'latin1').endsWith('\n')).toBe(true)
})
