import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileLog } from 'headwater/server/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeLine } from '../../../server/disk/line.ts'
import { headerOf, nameOf } from '../../../server/disk/segment.ts'
import { writeState } from '../../../server/disk/state.ts'
import { fill, numbers } from '../../support/event-log.ts'
import { folder } from '../../support/folder.ts'

/** A folder with a log of so many events that was closed, in files of 100. */
async function written(count: number): Promise<{ path: string; epoch: string; files: string[]; head: number }> {
  const path = folder()
  const log = fileLog({ path, size: 800 })
  await fill(log, count)
  await log.close()
  const files = readdirSync(path).filter((name) => name.startsWith('events'))
  return { path, epoch: log.epoch, files: files.map((name) => join(path, name)), head: log.head }
}

/** What the last process left, as if it had been killed. */
const killed = (path: string, sync: 'always' | 'sometimes' = 'always', boot = 'another'): void =>
  writeState(path, { kind: 'running', sync, boot })

function reopen(path: string) {
  const warnings: string[] = []
  const log = fileLog({ path, size: 800, onWarning: (text) => warnings.push(text) })
  onTestFinished(() => log.close())
  return { log, warnings }
}

const lengthOf = (file: string): number => readFileSync(file).length

describe('a half-written line at the end', () => {
  it.each([1, 20, 60])(
    'cuts off a half-written line of %i bytes with one warning, and numbers go on',
    async (bytes) => {
      const { path, epoch, files } = await written(5)
      killed(path)
      const [file = ''] = files
      const before = lengthOf(file)
      appendFileSync(file, encodeLine({ seq: 6, type: 'n', json: '"x"', to: {}, at: 5 }).slice(0, bytes))
      const { log, warnings } = reopen(path)
      expect([log.epoch, log.head]).toEqual([epoch, 5])
      expect(warnings).toEqual([`headwater: ${file}: the last line is not whole. The last ${bytes} bytes are cut off`])
      expect(lengthOf(file)).toBe(before)
      await fill(log, 1)
      expect(numbers(await log.read(0, 9))).toEqual([1, 2, 3, 4, 5, 6])
    },
  )

  it('takes the epoch with it if it was written to its end: clients may have that event', async () => {
    const { path, epoch, files } = await written(5)
    killed(path)
    appendFileSync(files[0] ?? '', 'not a line\n')
    const { log, warnings } = reopen(path)
    expect(log.epoch).not.toBe(epoch)
    expect(log.head).toBe(5)
    expect(warnings).toHaveLength(2)
  })
})

describe('a log that was killed with its machine', () => {
  it('goes on under another epoch where events may be missing, with its events and numbers', async () => {
    const { path, epoch } = await written(5)
    killed(path, 'sometimes')
    const { log, warnings } = reopen(path)
    expect(log.epoch).not.toBe(epoch)
    expect([log.first, log.head]).toEqual([1, 5])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('clients are told of a gap')
    await fill(log, 1)
    expect(numbers(await log.read(0, 9))).toEqual([1, 2, 3, 4, 5, 6])
    await log.close()
    expect(reopen(path).log.epoch).toBe(log.epoch)
  })

  it('keeps its epoch where every event was on the device', async () => {
    const { path, epoch } = await written(5)
    killed(path, 'always')
    const { log, warnings } = reopen(path)
    expect([log.epoch, log.head, warnings]).toEqual([epoch, 5, []])
  })

  it('keeps its epoch only if events were on the device when it was killed twice', async () => {
    const { path } = await written(5)
    killed(path, 'sometimes')
    const { log } = reopen(path)
    await log.close()
    killed(path, 'sometimes')
    const again = reopen(path)
    expect(again.log.epoch).not.toBe(log.epoch)
    expect(again.log.head).toBe(5)
  })
})

describe('a damaged file', () => {
  it('is an error if events follow, names file and byte, and says what to do; nothing is changed', async () => {
    const { path, files } = await written(5)
    const [file = ''] = files
    const bytes = readFileSync(file)
    const at = bytes.indexOf('{"seq":3')
    bytes[at + 30] = (bytes[at + 30] ?? 0) ^ 1
    writeFileSync(file, bytes)
    const names = readdirSync(path).sort()
    expect(() => fileLog({ path })).toThrow(
      `${file} is damaged at byte ${at}, and events that follow are not. Restore the file from a backup. Or move the folder away`,
    )
    expect(readFileSync(file)).toEqual(bytes)
    expect(readdirSync(path).sort()).toEqual(names)
    // The lock is given back.
    expect(existsSync(join(path, 'lock'))).toBe(false)
  })

  it('is an error in any file but the last, also at its end', async () => {
    const { path, files } = await written(250)
    const [file = ''] = files
    truncateSync(file, lengthOf(file) - 3)
    expect(() => fileLog({ path })).toThrow(/-0000000001\.jsonl is damaged at byte \d+/)
  })

  it('is an error if it is missing from the middle', async () => {
    const { path, files } = await written(350)
    rmSync(files[1] ?? '')
    expect(() => fileLog({ path })).toThrow(/begins with event 201, and .* ends with 100\. Restore the file/)
  })

  it('is an error if it is empty and others follow', async () => {
    const { path, files } = await written(250)
    truncateSync(files[0] ?? '', 0)
    expect(() => fileLog({ path })).toThrow(/is damaged at byte 0/)
    expect(existsSync(files[0] ?? '')).toBe(true)
  })
})

describe('a process that was killed', () => {
  it.each(['', '{"headwater":"log","v"'])(
    'while it began a file leaves %j in it, and the log goes on',
    async (text) => {
      const { path, epoch, files, head } = await written(100)
      killed(path)
      rmSync(files[1] ?? '')
      writeFileSync(join(path, nameOf(2)), text)
      const { log } = reopen(path)
      expect([log.epoch, log.head]).toEqual([epoch, head])
      await fill(log, 150)
      expect(numbers(await log.read(0, Infinity))).toHaveLength(250)
    },
  )

  it('while it reset the log leaves files of the old epoch, which are deleted', async () => {
    const { path, files } = await written(250)
    killed(path)
    writeFileSync(join(path, nameOf(9)), encodeLine(headerOf('newepoch1234', 1)))
    const { log } = reopen(path)
    expect([log.epoch, log.first, log.head]).toEqual(['newepoch1234', 1, 0])
    expect(files.filter((file) => existsSync(file))).toEqual([])
    expect(await log.read(0, 10)).toEqual([])
  })
})

it('leaves files alone that are not its own', async () => {
  const { path } = await written(1)
  writeFileSync(join(path, 'notes.txt'), 'mine')
  reopen(path)
  expect(readFileSync(join(path, 'notes.txt'), 'utf8')).toBe('mine')
})
