import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/*
 * Type-checks the TypeScript in the docs, each block as a module of its own. `scripts/snippets.d.ts` declares what the
 * examples take for granted. A block that quotes a file of examples/ is checked there.
 */

const DIR = '.snippets'

rmSync(DIR, { recursive: true, force: true })
mkdirSync(DIR)
let count = 0
for (const file of ['README.md', 'ARCHITECTURE.md', ...globSync('docs/**/*.md'), ...globSync('*/README.md')]) {
  const text = readFileSync(file, 'utf8')
  for (const { 1: code, index } of text.matchAll(/(?<!^<!-- examples\/\S+ -->\n)^```ts\n(.*?)^```$/gms)) {
    const line = text.slice(0, index).split('\n').length
    // The name leads from an error to the place in the docs.
    const name = `${file.replaceAll('/', '-')}.line-${line}.ts`
    writeFileSync(`${DIR}/${name}`, `${code}export {}\n`)
    count++
  }
}
const config = {
  extends: '../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['*.ts', '../scripts/snippets.d.ts'],
}
writeFileSync(`${DIR}/tsconfig.json`, JSON.stringify(config))
execFileSync('tsc', ['-p', DIR], { stdio: 'inherit', shell: process.platform === 'win32' })
rmSync(DIR, { recursive: true })
console.log(`${count} examples in the docs are sound`)
