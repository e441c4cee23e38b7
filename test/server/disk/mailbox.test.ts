import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FileLog, fileLog } from 'headwater/server/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Disk, nodeDisk } from '../../../server/disk/disk.ts'
import { createFileLog } from '../../../server/disk/file-log.ts'
import { record } from '../../support/event-log.ts'
import { folder } from '../../support/folder.ts'
import { describeMailbox, mail, numbers } from '../../support/mailbox.ts'

function open(path = folder(), disk: Disk = nodeDisk, warnings: string[] = []): FileLog {
  const log = createFileLog({ path, fsync: 'always', onWarning: (text) => warnings.push(text) }, disk)
  onTestFinished(() => log.close().catch(() => {}))
  return log
}

describeMailbox('the mailbox of fileLog', () => open().mailbox)

describe('mail on disk', () => {
  it('is there after a restart, as it was, and numbers go on', async () => {
    const path = folder()
    const log = open(path)
    const seqs = [await log.mailbox.add('ada', mail(1)), await log.mailbox.add('ada', mail(2))]
    await log.mailbox.add('bob', mail(3))
    await log.mailbox.markSent('ada', [seqs[1] ?? 0])
    await log.mailbox.acknowledge('ada', [seqs[0] ?? 0])
    const before = await log.mailbox.list('ada')
    await log.close()
    const again = open(path)
    expect(await again.mailbox.list('ada')).toEqual(before)
    expect(before).toEqual([{ ...mail(2), seq: seqs[1], sent: true }])
    expect(await again.mailbox.add('ada', mail(4))).toBe(4)
  })

  it('outlives the events of the log, and a reset', async () => {
    const path = folder()
    const log = fileLog({ path, size: 1 })
    await log.mailbox.add('ada', mail(1))
    for (let n = 0; n < 300; n++) await log.append(record('1'))
    await log.reset()
    expect(await numbers(log.mailbox)).toEqual([1])
    await log.close()
    expect(await numbers(open(path).mailbox)).toEqual([1])
  })

  it('leaves out what was acknowledged, and numbers go on all the same', async () => {
    const path = folder()
    const file = join(path, 'mail.jsonl')
    const log = fileLog({ path, fsync: false })
    await log.mailbox.add('ada', mail(0))
    for (let n = 1; n <= 501; n++) await log.mailbox.acknowledge('ada', [await log.mailbox.add('ada', mail(n))])
    // With the last of these there was enough to leave out.
    expect(readFileSync(file, 'latin1').trim().split('\n')).toHaveLength(2)
    await log.close()
    const again = open(path)
    expect(await numbers(again.mailbox)).toEqual([0])
    expect(await again.mailbox.add('ada', mail(9))).toBe(503)
  })

  it('keeps the old file where a shorter one cannot be written, warns once, and tries again', async () => {
    const path = folder()
    const file = join(path, 'mail.jsonl')
    const warnings: string[] = []
    let isFull = true
    const disk: Disk = {
      ...nodeDisk,
      async replace(...args) {
        if (isFull) throw Error('ENOSPC: no space left on device')
        return nodeDisk.replace(...args)
      },
    }
    const log = open(path, disk, warnings)
    const fill = async (): Promise<void> => {
      for (let n = 0; n < 502; n++) await log.mailbox.acknowledge('ada', [await log.mailbox.add('ada', mail(n))])
    }
    await fill()
    expect(warnings).toEqual([
      'headwater: acknowledged mail could not be removed from the file: ENOSPC: no space left on device',
    ])
    expect(readFileSync(file, 'latin1').length).toBeGreaterThan(10_000)
    isFull = false
    await log.mailbox.add('ada', mail(0))
    expect(readFileSync(file, 'latin1').trim().split('\n')).toHaveLength(2)
    expect(await numbers(log.mailbox)).toEqual([0])
    expect(warnings).toHaveLength(1)
  })

  it('loses a half-written line at its end, with a warning', async () => {
    const path = folder()
    const log = open(path)
    await log.mailbox.add('ada', mail(1))
    await log.close()
    appendFileSync(join(path, 'mail.jsonl'), '{"kind":"add","us')
    const warnings: string[] = []
    const again = open(path, nodeDisk, warnings)
    expect(await numbers(again.mailbox)).toEqual([1])
    expect(warnings).toEqual([expect.stringContaining('mail.jsonl: the last line is not whole')])
    await again.mailbox.add('ada', mail(2))
    await again.close()
    expect(await numbers(open(path).mailbox)).toEqual([1, 2])
  })

  it('is an error if it is damaged in the middle, and gives the folder back', async () => {
    const path = folder()
    const log = open(path)
    await log.mailbox.add('ada', mail(1))
    await log.mailbox.add('ada', mail(2))
    await log.close()
    const file = join(path, 'mail.jsonl')
    const text = readFileSync(file, 'utf8')
    const at = text.indexOf('{"kind"')
    writeFileSync(file, text.replace('"userId":"ada"', '"userId":"adb"'))
    expect(() => fileLog({ path })).toThrow(`${file} is damaged at byte ${at}, and mail that follows is not. Restore`)
    writeFileSync(file, text)
    expect(await numbers(open(path).mailbox)).toEqual([1, 2])
  })

  it('does not keep mail that cannot be written, and keeps later mail', async () => {
    const path = folder()
    const fails = { write: false }
    const disk: Disk = {
      ...nodeDisk,
      open(name) {
        const file = nodeDisk.open(name)
        return {
          ...file,
          async write(bytes, at) {
            if (!fails.write) return file.write(bytes, at)
            await file.write(bytes.subarray(0, bytes.length / 2), at)
            throw new Error('ENOSPC')
          },
        }
      },
    }
    const log = open(path, disk)
    await log.mailbox.add('ada', mail(1))
    fails.write = true
    await expect(log.mailbox.add('ada', mail(2))).rejects.toThrow('ENOSPC')
    expect(await numbers(log.mailbox)).toEqual([1])
    fails.write = false
    await log.mailbox.add('ada', mail(3))
    await log.close()
    expect(await numbers(open(path).mailbox)).toEqual([1, 3])
  })

  it('is refused after close', async () => {
    const log = open()
    await log.close()
    await expect(log.mailbox.add('ada', mail(1))).rejects.toThrow('has been closed')
  })
})
