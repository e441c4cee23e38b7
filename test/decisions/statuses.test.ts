import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SSEError, type SSEErrorCode } from '../../src/base/errors.ts'
import { type CursorSent, type Nature, natureOf, STATUSES } from '../../src/decisions/statuses.ts'

const CURSORS: readonly CursorSent[] = ['none', 'sent', 'new-param']
/** Status 0 is a redirect that was not followed. */
const ALL = [0, ...Array.from({ length: 400 }, (_, i) => 200 + i)]

const http = (status: number): SSEError =>
  new SSEError(status === 200 ? 'content-type' : status === 401 ? 'unauthorized' : 'http', '', { status })

/** Everything that is not final, for each last event id that a request may have had. */
const RETRIED = [408, 421, 425, 429, ...ALL.filter((status) => status >= 500 && status !== 501 && status !== 505)]
const COMMON = [[[200, 404], 'doubtful'] as const, [[401], 'credentials'] as const, [RETRIED, 'retry'] as const]
const EXPECTED: Readonly<Record<CursorSent, readonly (readonly [readonly number[], Nature])[]>> = {
  none: [...COMMON, [[409], 'cursor']],
  sent: [...COMMON, [[409, 410, 412, 414, 431], 'cursor']],
  'new-param': [...COMMON, [[400, 403, 409, 410, 412, 414, 431], 'cursor']],
}

/** The kinds of failure that another request may mend. */
const MENDABLE: readonly Nature[] = ['retry', 'doubtful', 'cursor', 'credentials']

describe.each(CURSORS)('a refusal, last event id: %s', (cursor) => {
  it('is as listed here, for every status there is', () => {
    const expected = new Map(EXPECTED[cursor].flatMap(([statuses, nature]) => statuses.map((each) => [each, nature])))
    const found = ALL.map((status) => {
      const nature = natureOf(http(status), cursor)
      return [status, MENDABLE.includes(nature) ? nature : 'final']
    })
    expect(found).toEqual(ALL.map((status) => [status, expected.get(status) ?? 'final']))
  })

  it.each<[SSEErrorCode, Nature]>([
    ['network', 'retry'],
    ['timeout', 'retry'],
    ['stalled', 'retry'],
    ['too-large', 'retry'],
    ['options', 'fatal'],
  ])('is judged by its code where there is no status: %s is %s', (code, nature) => {
    expect(natureOf(new SSEError(code, ''), cursor)).toBe(nature)
  })
})

describe('the table of statuses in docs/behaviour.md', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/behaviour.md'), 'utf8')
  /** Of each row the first cell, where that names statuses. */
  const cells = docs.split('\n').flatMap((line) => /^\| ([^|]*\b[2-5]\d\d\b[^|]*) \|/.exec(line)?.[1] ?? [])
  const named = (cell: string): number[] => (cell.match(/\b[2-5]\d\d\b/g) ?? []).map(Number)

  it('has a row for each kind of failure that another request may mend', () => {
    const kinds = new Map<string, number[]>()
    for (const [key, nature] of Object.entries(STATUSES)) {
      // 409 is about the last event id whether one was sent or not; they share a row.
      const kind = nature === 'sent' ? 'cursor' : nature
      if (nature !== 'fatal') kinds.set(kind, [...(kinds.get(kind) ?? []), Number(key)])
    }
    // A good answer is in the table too: 204, and 200 with an event stream.
    const rows = cells.map((cell) => named(cell).filter((status) => status < 500))
    const refusals = rows.filter((row) => !/^20[04]$/.test(row.join()))
    expect(new Set(refusals.map((row) => row.sort().join()))).toEqual(
      new Set([...kinds.values()].map((statuses) => statuses.sort().join())),
    )
  })

  it('names the statuses of 5xx that are final', () => {
    const final = Object.keys(STATUSES)
      .map(Number)
      .filter((status) => status >= 500 && STATUSES[status] === 'fatal')
    const [cell = ''] = cells.filter((cell) => cell.includes('5xx'))
    expect(named(cell).filter((status) => status >= 500)).toEqual(final)
  })
})
