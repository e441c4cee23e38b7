import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'

/*
 * Emits the declarations, twice: TypeScript takes a .d.ts for ESM in this package, and require() is served by a .d.cts
 * twin whose imports lead to twins.
 */

execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' })
for (const file of globSync('dist/types/**/*.d.ts')) {
  const text = readFileSync(file, 'utf8')
  const importing = (extension) => text.replace(/(from |import\()(['"]\.[^'"]*)\.ts(['"])/g, `$1$2.${extension}$3`)
  writeFileSync(file, importing('js'))
  writeFileSync(file.replace(/\.d\.ts$/, '.d.cts'), importing('cjs'))
}
