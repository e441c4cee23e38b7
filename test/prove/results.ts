import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toDocument } from './document.ts'
import type { Section } from './section.ts'

const FOLDER = join(import.meta.dirname, 'results')
const DOCUMENT = join(import.meta.dirname, '../../docs/reliability.md')

/** What is kept of earlier runs, by the name of the file. */
export function readResults(): Record<string, Section> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
  return Object.fromEntries(
    files.map((file) => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))]),
  )
}

export function writeResult(name: string, section: Section): void {
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(section, null, 2)}\n`)
}

export const readDocument = (): string => readFileSync(DOCUMENT, 'utf8')

export const writeDocument = (): void => writeFileSync(DOCUMENT, toDocument(readResults()))
