import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/*
 * Type-checks the TypeScript in the docs, each block as a module of its own. `scripts/snippets.d.ts` declares what the
 * examples in docs/ take for granted. Those of the README take nothing for granted, and may import each other by the names
 * in their first lines. A block that quotes a file of examples/ is checked there.
 */

const DIR = '.snippets'
const BLOCK = /(?<!^<!-- examples\/\S+ -->\n)^```(tsx?)\n(.*?)^```$/gms
const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }

const write = (path, text) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
const writeConfig = (folder, root, include) =>
  write(`${folder}/tsconfig.json`, JSON.stringify({ extends: `${root}/tsconfig.json`, compilerOptions, include }))
const check = (folder) => execFileSync('tsc', ['-p', folder], { stdio: 'inherit', shell: process.platform === 'win32' })

rmSync(DIR, { recursive: true, force: true })
let count = 0
for (const file of ['ARCHITECTURE.md', ...globSync('docs/**/*.md'), ...globSync('*/README.md')]) {
  const text = readFileSync(file, 'utf8')
  for (const { 1: language, 2: code, index } of text.matchAll(BLOCK)) {
    const line = text.slice(0, index).split('\n').length
    // The name leads from an error to the place in the docs.
    write(`${DIR}/docs/${file.replaceAll('/', '-')}.line-${line}.${language}`, `${code}export {}\n`)
    count++
  }
}
writeConfig(`${DIR}/docs`, '../..', ['*.ts', '*.tsx', '../../scripts/snippets.d.ts'])
check(`${DIR}/docs`)

for (const { 2: code } of readFileSync('README.md', 'utf8').matchAll(BLOCK)) {
  const [, name] = /^\/\/ (\S+)\n/.exec(code) ?? []
  if (!name) throw new Error(`A block of the README has no name in its first line, such as "// src/main.ts":\n${code}`)
  write(`${DIR}/readme/${name}`, `${code}export {}\n`)
  count++
}
writeConfig(`${DIR}/readme`, '../..', ['**/*'])
check(`${DIR}/readme`)

rmSync(DIR, { recursive: true })
console.log(`${count} examples in the docs are sound`)
