import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Consumer } from './consumer.ts'
import { toDocument } from './document.ts'
import { readDocument, readResults } from './results.ts'
import { CONSUMERS } from './table.ts'

const consumer = (name: string): Consumer => ({ name, group: 'pages', title: `The ${name}`, packages: [name] })

describe('docs/compatibility.md', () => {
  it('is what the kept results and the table of consumers say', () => {
    expect(readDocument()).toBe(toDocument(CONSUMERS, readResults()))
  })

  it('has a row for a consumer that passed, that failed and that was not run', () => {
    const date = '2026-11-30'
    const rows = toDocument(['one', 'two', 'three'].map(consumer), {
      one: { date, versions: { one: '1.0.0', more: '2.0.0' } },
      two: { date, versions: {}, failure: 'it should connect' },
    })
    expect(rows).toContain(
      [
        '| The one | one 1.0.0, more 2.0.0 | passed | 2026-11-30 |',
        '| The two |  | failed: it should connect | 2026-11-30 |',
        '| The three |  | not run |  |',
      ].join('\n'),
    )
  })

  it('names no consumer twice', () => {
    const names = CONSUMERS.map(({ name }) => name)
    expect([...new Set(names)]).toEqual(names)
  })

  it('finds a fixture of every consumer', () => {
    const missing = CONSUMERS.map(({ name, fixture = name }) => fixture).filter(
      (name) => !existsSync(new URL(`fixtures/${name}/`, import.meta.url)),
    )
    expect(missing).toEqual([])
  })
})
