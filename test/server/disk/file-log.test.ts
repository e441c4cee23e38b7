import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from 'headwater/server'
import { type FileLog, type FileLogOptions, fileLog } from 'headwater/server/node'
import { createClock } from 'headwater/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Disk, nodeDisk } from '../../../server/disk/disk.ts'
import { createFileLog } from '../../../server/disk/file-log.ts'
import { describeEventLog, fill, numbers, record } from '../../support/event-log.ts'
import { eventually } from '../../support/eventually.ts'
import { folder } from '../../support/folder.ts'

/** A log that is closed when the test is over. It must not have had anything to warn of. */
function open(options: Partial<FileLogOptions> = {}, disk: Disk = nodeDisk): FileLog {
  const warnings: string[] = []
  const log = createFileLog({ path: folder(), onWarning: (text) => warnings.push(text), ...options }, disk)
  onTestFinished(async () => {
    await log.close().catch(() => {})
    expect(warnings).toEqual([])
  })
  return log
}

const files = (path: string): string[] => readdirSync(path).filter((name) => name.startsWith('events'))
const texts = (entries: readonly LogEntry[]): string[] => entries.map(({ json }) => json)

describe.each(['always', 'interval', 5, false] as const)('with fsync %j', (fsync) => {
  describeEventLog(`fileLog with fsync ${fsync}`, (size) => open({ size, fsync }))
})

describe('a log on disk', () => {
  it('has the same epoch, numbers and events when it is opened again', async () => {
    const path = folder()
    const log = open({ path })
    await fill(log, 25)
    const before = await log.read(0, 100)
    await log.close()
    const again = open({ path })
    expect([again.epoch, again.first, again.head]).toEqual([log.epoch, 1, 25])
    expect(await again.read(0, 100)).toEqual(before)
    expect((await again.append(record('x'))).seq).toBe(26)
  })

  it('keeps the epoch of a reset when it is opened again', async () => {
    const path = folder()
    const log = open({ path })
    await fill(log, 5)
    await log.reset()
    await fill(log, 2)
    await log.close()
    const again = open({ path })
    expect([again.epoch, again.first, again.head]).toEqual([log.epoch, 1, 2])
    expect(files(path)).toHaveLength(1)
  })

  it('keeps a log empty that was closed empty', async () => {
    const path = folder()
    const log = open({ path })
    await log.close()
    const again = open({ path })
    expect([again.epoch, again.first, again.head]).toEqual([log.epoch, 1, 0])
  })

  it('appends lines of JSON that other tools can read', async () => {
    const path = folder()
    const log = open({ path })
    await log.append({ type: 'a', json: '{"x":1}', to: { topic: 't' }, at: 7 })
    const lines = readFileSync(join(path, files(path)[0] ?? ''), 'utf8')
      .trim()
      .split('\n')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ headwater: 'log', v: 1, epoch: log.epoch, first: 1 })
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ seq: 1, type: 'a', json: '{"x":1}', to: { topic: 't' }, at: 7 })
  })

  it('deletes files whose events it does not keep, and goes on behind them when it is opened again', async () => {
    const path = folder()
    const log = open({ path, size: 200 })
    await Promise.all(Array.from({ length: 1250 }, (_, n) => log.append(record(`${n}`))))
    expect([log.first, log.head]).toEqual([1051, 1250])
    expect(numbers(await log.read(0, 3))).toEqual([1051, 1052, 1053])
    expect(files(path).length).toBeLessThan(5)
    await log.close()
    const again = open({ path, size: 100 })
    expect([again.first, again.head]).toEqual([1151, 1250])
    expect(numbers(await again.read(0, Infinity))).toHaveLength(100)
  })

  it('reads what is not in memory from its files', async () => {
    const path = folder()
    const log = open({ path, size: 50_000, fsync: false })
    await Promise.all(Array.from({ length: 25_000 }, (_, n) => log.append(record(`${n}`))))
    expect(log.read(0, 10)).toBeInstanceOf(Promise)
    for (const [after, limit] of [
      [0, 1],
      [0, 100],
      [99, 102],
      [4321, 777],
      [9_950, 100],
      [14_990, 20],
      [24_990, 100],
    ] as const) {
      const expected = Array.from({ length: Math.min(limit, 25_000 - after) }, (_, n) => `${after + n}`)
      expect(texts(await log.read(after, limit))).toEqual(expected)
    }
    expect(texts(await log.read(0, Infinity))).toEqual(Array.from({ length: 25_000 }, (_, n) => `${n}`))
    await log.close()
    const again = open({ path, size: 50_000 })
    expect(texts(await again.read(123, 2))).toEqual(['123', '124'])
  })

  it('deletes events that are older than maxAge, also while nothing is published', async () => {
    const path = folder()
    const clock = createClock()
    const log = open({ path, maxAge: 1000, clock })
    const at = (): object => ({ ...record('1'), at: clock.now() })
    await log.append(at() as never)
    await clock.advance(500)
    await eventually(() => expect(files(path)).toHaveLength(2))
    await log.append(at() as never)
    expect([log.first, log.head]).toEqual([1, 2])
    await clock.advance(750)
    await eventually(() => expect(log.first).toBe(2))
    await clock.advance(1000)
    await eventually(() => expect(log.first).toBe(3))
    expect(log.head).toBe(2)
    await eventually(() => expect(files(path)).toHaveLength(1))
    await log.close()
    const again = open({ path, maxAge: 1000, clock })
    expect([again.epoch, again.first, again.head]).toEqual([log.epoch, 3, 2])
  })

  it('keeps what is appended in one turn with one wait for the device', async () => {
    let syncs = 0
    const counting: Disk = {
      ...nodeDisk,
      open(path) {
        const file = nodeDisk.open(path)
        return {
          ...file,
          sync() {
            syncs++
            return file.sync()
          },
        }
      },
    }
    const log = open({ fsync: 'always' }, counting)
    await Promise.all(Array.from({ length: 100 }, (_, n) => log.append(record(`${n}`))))
    expect(syncs).toBe(1)
  })

  it('has the device take events after the interval, once for all of them', async () => {
    const syncs: number[] = []
    const clock = createClock()
    const counting: Disk = {
      ...nodeDisk,
      open(path) {
        const file = nodeDisk.open(path)
        return {
          ...file,
          sync() {
            syncs.push(clock.now())
            return file.sync()
          },
        }
      },
    }
    const log = open({ fsync: 'interval', clock }, counting)
    const start = clock.now()
    await fill(log, 20)
    await clock.advance(999)
    expect(syncs).toEqual([])
    await clock.advance(1)
    await fill(log, 1)
    expect(syncs).toEqual([start + 1000])
    await clock.advance(1000)
    await fill(log, 1)
    expect(syncs).toEqual([start + 1000, start + 2000])
  })

  it('rejects what is appended after close, and closes once', async () => {
    const log = open()
    const pending = log.append(record('1'))
    const closing = log.close()
    expect(log.close()).toBe(closing)
    await closing
    expect((await pending).seq).toBe(1)
    await expect(log.append(record('2'))).rejects.toThrow('has been closed')
  })

  it.skipIf(process.platform === 'win32')('makes its folder for its owner alone', () => {
    const path = join(folder(), 'deep', 'down')
    open({ path })
    expect(statSync(path).mode & 0o777).toBe(0o700)
  })

  it.runIf(process.platform === 'linux')('refuses a folder in /proc at once', () => {
    // In a process of its own, which can be ended: a call that hangs holds everything.
    const code = `import { makeFolder } from ${JSON.stringify(new URL('../../../server/disk/disk.ts', import.meta.url))}
      makeFolder('/proc/headwater/log')`
    const args = ['--no-warnings', '--input-type=module', '--eval', code]
    const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
    expect(stderr).toContain("ENOENT: no such file or directory, mkdir '/proc/headwater'")
  })

  it('has one owner for each folder', async () => {
    const path = folder()
    const log = open({ path })
    expect(() => fileLog({ path })).toThrow(/is in use by this process: only one log at a time can have a folder/)
    await log.close()
    expect(open({ path }).epoch).toBe(log.epoch)
  })
})

describe('a disk that fails', () => {
  /** A disk that writes half of what it is asked to, and then fails, for as long as `fails` says so. */
  function failing(fails: { write?: boolean; sync?: boolean; truncate?: boolean; create?: boolean }): Disk {
    const wrap = (file: ReturnType<Disk['open']>): ReturnType<Disk['open']> => ({
      async write(bytes, at) {
        if (!fails.write) return file.write(bytes, at)
        await file.write(bytes.subarray(0, bytes.length / 2), at)
        throw new Error('ENOSPC: no space left on device')
      },
      sync: async () => {
        if (fails.sync) throw new Error('EIO: i/o error')
        return file.sync()
      },
      truncate: async (length) => {
        if (fails.truncate) throw new Error('EIO: i/o error')
        return file.truncate(length)
      },
      close: file.close,
    })
    return {
      ...nodeDisk,
      open: (path) => wrap(nodeDisk.open(path)),
      async create(path, text) {
        if (fails.create) throw new Error('ENOSPC: no space left on device')
        return wrap(await nodeDisk.create(path, text))
      },
    }
  }

  it.each([
    ['a write', { write: true }],
    ['a write, and cutting off what it left,', { write: true, truncate: true }],
    ['waiting for the device', { sync: true }],
  ])('%s fails: append rejects, nobody hears, and later events are kept', async (_, faults) => {
    const path = folder()
    const fails: Parameters<typeof failing>[0] = {}
    const log = open({ path, fsync: 'always' }, failing(fails))
    const told: string[] = []
    log.subscribe({ entry: ({ json }) => told.push(json), reset() {} })
    await log.append(record('1'))
    Object.assign(fails, faults)
    // Longer than what comes next: what is left of it must not stand behind that.
    const lost = await Promise.allSettled([log.append(record('2'.repeat(5000))), log.append(record('3'))])
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect([log.head, told]).toEqual([1, ['1']])
    Object.assign(fails, { write: false, sync: false, truncate: false })
    expect((await log.append(record('4'))).seq).toBe(2)
    await log.close()
    const again = open({ path })
    expect(texts(await again.read(0, 9))).toEqual(['1', '4'])
    expect(again.epoch).toBe(log.epoch)
  })

  it('goes on in the old file where no new one can be made, and warns once', async () => {
    const warnings: string[] = []
    const fails: Parameters<typeof failing>[0] = { create: true }
    const path = folder()
    const log = open({ path, size: 100, onWarning: (text) => warnings.push(text) }, failing(fails))
    await fill(log, 120)
    expect(warnings).toEqual(['headwater: a new file could not be created: ENOSPC: no space left on device'])
    await expect(log.reset()).rejects.toThrow('ENOSPC')
    expect(log.head).toBe(120)
    fails.create = false
    await fill(log, 120)
    expect(numbers(await log.read(0, Infinity))).toHaveLength(100)
    expect(warnings).toHaveLength(1)
    expect(files(path).length).toBeGreaterThan(1)
  })

  it('warns when the device does not take events, and does not say that it closed well', async () => {
    const path = folder()
    const warnings: string[] = []
    const clock = createClock()
    const log = open({ path, clock, onWarning: (text) => warnings.push(text) }, failing({ sync: true }))
    await fill(log, 1)
    await clock.advance(1000)
    await fill(log, 1)
    await eventually(() =>
      expect(warnings).toEqual(['headwater: events could not be flushed to the disk: EIO: i/o error']),
    )
    await expect(log.close()).rejects.toThrow('EIO')
    // The folder is free all the same.
    expect(open({ path }).head).toBe(2)
  })
})

describe('the options of fileLog', () => {
  it.each<[options: object, message: string]>([
    [{}, 'path expects the name of a folder, got undefined'],
    [{ folder: '/x' }, 'fileLog takes no folder; it takes path, size, maxAge, fsync, onWarning, clock'],
    [{ path: '' }, 'path expects the name of a folder, got ""'],
    [{ path: '/x', size: -1 }, 'size expects a number from 0, got -1'],
    [{ path: '/x', size: '5' }, 'size expects a number from 0, got "5"'],
    [{ path: '/x', maxAge: -1 }, 'maxAge expects a number from 0, got -1'],
    [
      { path: '/x', fsync: true },
      "fsync expects 'always', 'interval', milliseconds greater than 0, or false, got true",
    ],
    [{ path: '/x', fsync: 0 }, "fsync expects 'always', 'interval', milliseconds greater than 0, or false, got 0"],
  ])('%o are refused', (options, message) => {
    expect(() => fileLog(options as FileLogOptions)).toThrow(new TypeError(message))
  })

  it('have no limit of age with a maxAge of 0', async () => {
    const log = open({ maxAge: 0 })
    await log.append({ ...record('1'), at: 0 })
    await log.append({ ...record('2'), at: 0 })
    expect([log.first, log.head]).toEqual([1, 2])
  })
})
