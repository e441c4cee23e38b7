import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { writeReference } from './api.ts'
import { shownIn } from './links.ts'
import { GENERATED, shownAs, writtenPagesOf } from './pages.ts'

/*
 * Makes the pages that nobody writes: the API reference from the TSDoc of the sources, and a page for each file and
 * folder that a document links to.
 */

const root = join(import.meta.dirname, '..')

/** The names that Shiki has for the languages whose files have another ending. */
const LANGUAGES: Readonly<Record<string, string>> = { mjs: 'js', cjs: 'js' }

const isFolder = (path: string): boolean => statSync(join(root, path)).isDirectory()

function codeOf(file: string): string {
  const ending = extname(file).slice(1)
  return `\`\`\`\`${LANGUAGES[ending] ?? (ending || 'txt')}\n${readFileSync(join(root, file), 'utf8').trimEnd()}\n\`\`\`\`\n`
}

/** The files of a folder that somebody would read. */
const sourcesOf = (folder: string): string[] =>
  globSync(`${folder}/**/*.{ts,tsx,js,mjs,cjs,html,vue,svelte,json,yaml,rs}`, { cwd: root }).sort()

function textOf(target: string): string {
  const title = `# ${target}\n\n`
  if (!isFolder(target)) return title + codeOf(target)
  return (
    title +
    sourcesOf(target)
      .map((file) => `## ${file.slice(target.length + 1)}\n\n${codeOf(file)}`)
      .join('\n')
  )
}

function writeFiles(): number {
  const pages = writtenPagesOf(root)
  const targets = new Set(pages.flatMap((file) => shownIn(file, readFileSync(join(root, file), 'utf8'))))
  for (const target of targets) {
    const file = join(root, shownAs(target))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, textOf(target))
  }
  return targets.size
}

rmSync(join(root, GENERATED), { recursive: true, force: true })
const files = writeFiles()
const modules = await writeReference(root, join(root, GENERATED, 'api'))
console.log(`${modules} pages of API reference and ${files} files in ${GENERATED}`)
