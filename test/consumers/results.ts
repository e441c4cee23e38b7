import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Result } from './consumer.ts'
import { toDocument } from './document.ts'
import { CONSUMERS } from './table.ts'

/*
 * What is kept of earlier runs, and the page that shows it.
 */

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const FILE = path('results.json')
const DOCUMENT = path('../../docs/compatibility.md')

export const readResults = (): Record<string, Result> =>
  existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {}

export const readDocument = (): string => readFileSync(DOCUMENT, 'utf8')

/** Keeps results beside those of other consumers, and writes the page. */
export function writeResults(results: Readonly<Record<string, Result>>): void {
  const all = { ...readResults(), ...results }
  // In the order of the table, without what is not in it any more.
  const kept = CONSUMERS.flatMap(({ name }) => (all[name] ? [[name, all[name]] as const] : []))
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`)
  writeFileSync(DOCUMENT, toDocument(CONSUMERS, Object.fromEntries(kept)))
}
