import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeReference } from './api.ts'
import { shownIn } from './links.ts'
import { GENERATED, shownAs, writtenPagesOf } from './pages.ts'
import { showing } from './shown.ts'

/*
 * Makes the pages that nobody writes: the API reference from the TSDoc of the sources, and a page for each file and
 * folder that a document links to.
 */

const root = join(import.meta.dirname, '..')

function writeFiles(): number {
  const pages = writtenPagesOf(root)
  const targets = new Set(pages.flatMap((file) => shownIn(file, readFileSync(join(root, file), 'utf8'))))
  for (const target of targets) {
    const file = join(root, shownAs(target))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, showing(root, target))
  }
  return targets.size
}

rmSync(join(root, GENERATED), { recursive: true, force: true })
const files = writeFiles()
const modules = await writeReference(root, join(root, GENERATED, 'api'))
console.log(`${modules} pages of API reference and ${files} files in ${GENERATED}`)
