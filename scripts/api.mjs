import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/*
 * The public types, without their comments: api/ has one file for each import of the package, and shared.d.ts for what several have.
 * `npm run api` writes them from `dist/`. With `--check` it fails if they differ, so that no change of the API goes unreviewed.
 */

const FOLDER = 'api'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Where a declaration stands is no part of the API, and neither is what it is imported for. */
const declarationsOf = (file) =>
  readFileSync(file, 'utf8')
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/^import .*;$/gm, '')
    .replace(/(?<=from ')\.[^']*(?=')/g, 'shared')
    .split('\n')
    .filter((line) => line.trim())
    .join('\n')

const entries = Object.entries(exports).flatMap(([subpath, conditions]) =>
  typeof conditions === 'string' ? [] : [[subpath.slice(2) || 'index', declarationsOf(conditions.import.types)]],
)
const shared = globSync('dist/chunks/*.d.ts').sort().map(declarationsOf)
const files = Object.fromEntries(
  [...entries, ['shared', shared.map((text) => text.replace(/^export \{.*\};?$/gm, '').trim()).join('\n')]].map(
    ([name, text]) => [join(FOLDER, `${name}.d.ts`), `${text}\n`],
  ),
)

if (process.argv.includes('--check')) {
  const known = new Set(globSync(`${FOLDER}/**/*.d.ts`))
  const changed = Object.keys(files).filter((file) => !known.has(file) || readFileSync(file, 'utf8') !== files[file])
  const gone = [...known].filter((file) => !(file in files))
  if (changed.length || gone.length) {
    console.error(`The public types have changed: ${[...changed, ...gone].join(', ')}.`)
    console.error('`npm run api` writes them. Commit the difference, so that it is reviewed.')
    process.exitCode = 1
  }
} else {
  if (existsSync(FOLDER)) rmSync(FOLDER, { recursive: true })
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
