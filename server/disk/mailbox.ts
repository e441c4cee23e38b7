import { createMailIndex, type Mailbox, type MailChange, type MailIndex } from '../log/mailbox.ts'
import { appendBytes } from './append.ts'
import { cutFile, type Disk, type OpenFile, pathTo, readWhole, writeWhole } from './disk.ts'
import { encodeLine, scanLines } from './line.ts'
import { REMEDY } from './open.ts'

/*
 * The mail of a log on disk: a file of changes beside its segments. All mail is in memory too, so that it is read at once.
 */

/** The file of changes, as it stands. */
export interface MailFile {
  readonly path: string
  readonly index: MailIndex
  /** The last number that was given. */
  last: number
  /** How many changes it has. */
  changes: number
  end: number
  file: OpenFile
  isTorn: boolean
  /** The device has all of it. */
  isSynced: boolean
}

/** With more changes than twice the mail and these, the file is written again, without what has been acknowledged. */
const SPARE = 1000

const headerOf = (last: number): string => encodeLine({ headwater: 'mail', v: 1, last })

/**
 * @throws Error for a damaged file that is not repaired; and what the disk throws.
 */
export function openMailFile(folder: string, disk: Disk, warn: (text: string) => void): MailFile {
  const path = pathTo(folder, 'mail.jsonl')
  const found = readWhole(path)
  if (!found?.length) writeWhole(path, headerOf(0))
  const bytes = found?.length ? found : Buffer.from(headerOf(0))
  const index = createMailIndex()
  let last = -1
  let changes = 0
  const { end, damage } = scanLines(bytes, (value) => {
    if (last < 0) {
      last = value['headwater'] === 'mail' && value['v'] === 1 ? Number(value['last']) : -1
      return last >= 0
    }
    const change = value as unknown as MailChange
    if (change.kind === 'add') last = Math.max(last, change.mail.seq)
    index.apply(change)
    changes++
    return true
  })
  if (damage === 'middle' || last < 0)
    throw new Error(`${path} is damaged at byte ${end}, and mail that follows is not. ${REMEDY}`)
  if (damage) {
    warn(`${path}: the last line is not whole. The last ${bytes.length - end} bytes are cut off`)
    cutFile(path, end)
  }
  return { path, index, last, changes, end, file: disk.open(path), isTorn: false, isSynced: true }
}

export interface FileMailboxParts {
  /** Waits for the device before a change counts. */
  readonly always: boolean
  /** Does something when it is its turn. */
  perform(act: () => Promise<void>): Promise<void>
  /** Something was written that the device may not have. */
  written(): void
  /** Does something that is tried again if it fails. */
  attempt(what: string, act: () => Promise<void>): Promise<void>
}

export function createFileMailbox(
  { disk }: { readonly disk: Disk },
  mail: MailFile,
  { always, perform, written, attempt }: FileMailboxParts,
): Mailbox {
  const pending: MailChange[] = []
  let flushing: Promise<void> | undefined

  async function flush(): Promise<void> {
    const changes = pending.splice(0)
    flushing = undefined
    const bytes = Buffer.from(changes.map(encodeLine).join(''))
    await appendBytes(mail, mail.end, bytes, always)
    mail.end += bytes.length
    mail.changes += changes.length
    for (const change of changes) mail.index.apply(change)
    mail.isSynced = always
    if (!always) written()
    if (mail.changes > 2 * mail.index.size + SPARE)
      await attempt('acknowledged mail could not be removed from the file', () => compact(mail, disk))
  }

  /** Changes of one turn are written together. */
  function write(change: MailChange): Promise<void> {
    pending.push(change)
    flushing ??= perform(flush)
    return flushing
  }

  return {
    async add(userId, each) {
      const seq = ++mail.last
      await write({ kind: 'add', userId, mail: { ...each, seq } })
      return seq
    },
    list: mail.index.list,
    markSent: (userId, seqs) => write({ kind: 'sent', userId, seqs }),
    acknowledge: (userId, seqs) => write({ kind: 'acknowledge', userId, seqs }),
  }
}

/** Writes the file again, without what has been acknowledged. */
async function compact(mail: MailFile, disk: Disk): Promise<void> {
  const adds: string[] = []
  for (const [userId, mails] of mail.index.all())
    for (const each of mails) adds.push(encodeLine({ kind: 'add', userId, mail: each }))
  const text = headerOf(mail.last) + adds.join('')
  const old = mail.file
  mail.file = await disk.replace(mail.path, text)
  mail.end = Buffer.byteLength(text)
  mail.changes = adds.length
  mail.isTorn = false
  mail.isSynced = true
  await old.close().catch(() => {})
}

/** Has the device take what was written. */
export async function syncMail(mail: MailFile): Promise<void> {
  if (mail.isSynced) return
  mail.isSynced = true
  await mail.file.sync()
}

export async function closeMail({ file, isTorn, end }: MailFile): Promise<void> {
  try {
    if (isTorn) await file.truncate(end)
    await file.sync()
  } finally {
    await file.close()
  }
}
