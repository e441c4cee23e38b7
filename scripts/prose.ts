import { globSync, readFileSync } from 'node:fs'
import { parseAst } from 'rolldown/parseAst'
import {
  blocksOfComments,
  blocksOfMarkdown,
  blocksOfMessages,
  type Count,
  count,
  faultsOf,
  ratesOf,
} from './prose-count.ts'

/*
 * `npm run lint` runs this over the documents, the comments and the messages of the project. It fails if a text has too many
 * odd words, or too many `;` and `:`. `node scripts/prose.ts --list` prints the rates of every text, and `--list NAME` also
 * the odd words of those with this in their names.
 */

/** The rooms that have been rewritten. */
const ROOMS = ['src', 'adapters', 'server', 'testing', 'cli', 'bench', 'demo', 'codegen', 'site', 'examples']

const read = (file: string): string => readFileSync(file, 'utf8')
/** What others wrote, and what is generated. */
const OTHERS = ['**/node_modules/**', '**/generated/**', '**/.vitepress/cache/**', '**/dist/**']
const sourcesOf = (room: string): string[] => globSync(`${room}/**/*.{ts,tsx,mjs}`, { exclude: OTHERS }).sort()

/** Every string in a source. A template is one string, with `x` for each value. */
function stringsOf(file: string): string[] {
  const strings: string[] = []
  const left: unknown[] = [parseAst(read(file), { lang: file.endsWith('x') ? 'tsx' : 'ts' }, file)]
  while (left.length > 0) {
    const node = left.pop() as Record<string, unknown> | null
    if (typeof node !== 'object' || node === null) continue
    const { type, value, quasis } = node
    if (type === 'Literal' && typeof value === 'string') strings.push(value)
    if (type === 'TemplateLiteral')
      strings.push((quasis as { value: { cooked: string } }[]).map((quasi) => quasi.value.cooked).join('x'))
    left.push(...Object.values(node))
  }
  return strings
}

const documents = [
  'README.md',
  ...globSync(['*.md', 'docs/**/*.md', '*/README.md'], { exclude: [...OTHERS, 'README.md'] }).sort(),
]

const counts: [name: string, count: Count][] = [
  ...documents.map((file): [string, Count] => [file, count(blocksOfMarkdown(read(file)))]),
  ...ROOMS.flatMap((room): [string, Count][] => {
    const files = sourcesOf(room)
    return [
      [`comments in ${room}/`, count(files.flatMap((file) => blocksOfComments(read(file))))],
      // A colon stands behind the name of what a message is about, so marks do not count here.
      [`messages in ${room}/`, { ...count(blocksOfMessages(files.flatMap(stringsOf))), marks: 0 }],
    ]
  }),
]

const list = process.argv.indexOf('--list')
if (list >= 0) {
  const part = process.argv[list + 1]
  for (const [name, found] of counts) {
    const { odd, marks } = ratesOf(found)
    console.log(
      `${name.padEnd(32)} ${`${found.words}`.padStart(6)} words ${odd.toFixed(1).padStart(6)} odd ${marks.toFixed(0).padStart(4)} ;:`,
    )
    if (part && name.includes(part)) for (const { word, sentence } of found.odd) console.log(`    ${word}: ${sentence}`)
  }
}

for (const [name, found] of counts) {
  const faults = faultsOf(found)
  if (faults.length === 0) continue
  process.exitCode = 1
  console.error(`${name}: ${faults.join('; ')}. See "Style" in CONTRIBUTING.md.`)
  for (const { word, sentence } of found.odd.slice(0, 5)) console.error(`    ${word}: ${sentence}`)
}
