import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EARLIEST, formatId, formatMailId, parseId, type Resumption, resume } from '../../../server/log/cursor.ts'
import { isBehind } from '../../../src/hub/protocol.ts'

const EPOCH = 'k3f9x2abcdef'

/** A log of the numbers 41 to 60. */
const LOG = { epoch: EPOCH, first: 41, head: 60 }

const atHead = (reason?: string): unknown => ({ recovered: false, after: 60, ...(reason && { reason }) })

describe('a cursor', () => {
  it.each<[what: string, requested: string, resumption: unknown]>([
    ['none', '', atHead()],
    ['the newest', `${EPOCH}-60`, { recovered: true, after: 60 }],
    ['one in between', `${EPOCH}-50`, { recovered: true, after: 50 }],
    ['the oldest', `${EPOCH}-41`, { recovered: true, after: 41 }],
    ['the one before the oldest, which misses nothing', `${EPOCH}-40`, { recovered: true, after: 40 }],
    ['one that has lost an event', `${EPOCH}-39`, atHead('expired')],
    ['the very beginning', `${EPOCH}-0`, atHead('expired')],
    ['one of the future', `${EPOCH}-61`, atHead('unknown-cursor')],
    ['one of another log', 'p0d1q7zzaaaa-50', atHead('epoch')],
    ['one of another log, longer than this', 'p0d1q7zzaaaa-999', atHead('epoch')],
    ['one with a place in the mailbox', `${EPOCH}.12-50`, { recovered: true, after: 50 }],
    ['one without mail yet', `${EPOCH}.0-50`, { recovered: true, after: 50 }],
    ['a place in the mailbox that is none', `${EPOCH}.-50`, atHead('unknown-cursor')],
    ['a place in the mailbox with zeros', `${EPOCH}.012-50`, atHead('unknown-cursor')],
    ['two places in the mailbox', `${EPOCH}.1.2-50`, atHead('unknown-cursor')],
    ['one of another server', '50', atHead('unknown-cursor')],
    ['a UUID', '7f7b9e6c-0c3b-4a53-9d5e-1d2c3b4a5968', atHead('unknown-cursor')],
    ['an epoch alone', EPOCH, atHead('unknown-cursor')],
    ['an empty number', `${EPOCH}-`, atHead('unknown-cursor')],
    ['a number with a sign', `${EPOCH}--50`, atHead('unknown-cursor')],
    ['a number with zeros', `${EPOCH}-050`, atHead('unknown-cursor')],
    ['a fraction', `${EPOCH}-50.0`, atHead('unknown-cursor')],
    ['an exponent', `${EPOCH}-5e1`, atHead('unknown-cursor')],
    ['a number beyond those that are exact', `${EPOCH}-9007199254740993`, atHead('unknown-cursor')],
    ['a number without end', `${EPOCH}-${'9'.repeat(400)}`, atHead('unknown-cursor')],
    ['other letters', `${EPOCH.toUpperCase()}-50`, atHead('unknown-cursor')],
    ['something after it', `${EPOCH}-50\n`, atHead('unknown-cursor')],
    ['something ahead of it', ` ${EPOCH}-50`, atHead('unknown-cursor')],
    ['an epoch that is too short', 'abc-50', atHead('unknown-cursor')],
    ['the word for all there is, without permission', EARLIEST, atHead('unknown-cursor')],
    ['nearly that word', 'Earliest', atHead('unknown-cursor')],
  ])('%s: %s', (_, requested, expected) => {
    expect(resume(requested, LOG, false)).toEqual(expected)
  })

  it('may be the word for all there is, where that is allowed', () => {
    expect(resume(EARLIEST, LOG, true)).toEqual({ recovered: true, after: 40 })
    expect(resume('', LOG, true)).toEqual(atHead())
    expect(resume('50', LOG, true)).toEqual(atHead('unknown-cursor'))
  })

  it.each<[what: string, log: typeof LOG, seq: number, resumption: Resumption]>([
    ['a new log', { epoch: EPOCH, first: 1, head: 0 }, 0, { recovered: true, after: 0 }],
    ['a log that keeps nothing', { epoch: EPOCH, first: 61, head: 60 }, 60, { recovered: true, after: 60 }],
    [
      'a log that keeps nothing',
      { epoch: EPOCH, first: 61, head: 60 },
      59,
      { recovered: false, after: 60, reason: 'expired' },
    ],
  ])('is judged against %s: %o, %i', (_, log, seq, expected) => {
    expect(resume(formatId(EPOCH, seq), log, false)).toEqual(expected)
  })

  it('is never taken for one of ours if it is none, and never throws', () => {
    const near = fc
      .tuple(fc.constantFrom(EPOCH, 'p0d1q7zzaaaa', ''), fc.constantFrom('-', '', '–'), fc.string())
      .map((parts) => parts.join(''))
    const ids = new Set(Array.from({ length: 21 }, (_, n) => formatId(EPOCH, 40 + n)))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary-ascii' }), near), (requested) => {
        const { recovered, after } = resume(requested, LOG, false)
        expect(recovered).toBe(ids.has(requested))
        if (!recovered) expect(after).toBe(60)
      }),
    )
  })

  it('leads on exactly if all that came after it is still there', () => {
    const sizes = fc.tuple(fc.nat(30), fc.nat(30), fc.integer({ min: 0, max: 70 }))
    fc.assert(
      fc.property(sizes, ([gone, kept, seq]) => {
        const head = gone + kept
        const { recovered, after } = resume(formatId(EPOCH, seq), { epoch: EPOCH, first: gone + 1, head }, false)
        const missed = Array.from({ length: Math.max(head - seq, 0) }, (_, n) => seq + 1 + n)
        expect(recovered).toBe(seq <= head && missed.every((each) => each > gone))
        expect(after).toBe(recovered ? seq : head)
      }),
    )
  })
})

it.each([
  [formatId(EPOCH, 50), { epoch: EPOCH, seq: 50, mail: undefined }],
  [formatMailId(EPOCH, 50, 0), { epoch: EPOCH, seq: 50, mail: 0 }],
  [formatMailId(EPOCH, 0, 1764489600000123), { epoch: EPOCH, seq: 0, mail: 1764489600000123 }],
])('an id is read as it was written: %s', (id, cursor) => {
  expect(parseId(id)).toEqual(cursor)
})

it('the client takes no id with a place in the mailbox for a repeat, and none after it', () => {
  const ids = [formatMailId(EPOCH, 50, 0), formatMailId(EPOCH, 50, 3), formatMailId(EPOCH, 50, 4), formatId(EPOCH, 50)]
  for (const [n, id] of ids.entries()) expect(isBehind(id, ids[n - 1] ?? formatId(EPOCH, 60))).toBe(false)
})
