import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

/*
 * Checks the sizes against their limits (.size-limit.json), and that the README tells what was measured. With `--write`
 * it writes the README's table.
 */

const TABLE = /(?<=<!-- sizes -->\n).*(?=<!-- \/sizes -->)/s

let output
try {
  output = execFileSync('size-limit', ['--json'], { encoding: 'utf8', shell: process.platform === 'win32' })
} catch (error) {
  // Above a limit it ends with 1 and its answer is there all the same; else it says what is wrong on stderr.
  if (!error.stdout) throw error
  output = error.stdout
}
const measured = JSON.parse(output)

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(2)} kB`
const rows = measured.map(({ name, size }) => `| ${name} | ${kilobytes(size)} |`)
const table = `${['| minified + brotli, dependencies included | |', '|---|---|', ...rows].join('\n')}\n`
console.log(table)

for (const { name, size, sizeLimit, passed } of measured) {
  if (passed) continue
  console.error(`${name}: ${kilobytes(size)} is above the limit of ${kilobytes(sizeLimit)} in .size-limit.json`)
  process.exitCode = 1
}

const readme = readFileSync('README.md', 'utf8')
if (process.argv.includes('--write')) writeFileSync('README.md', readme.replace(TABLE, table))
else if (TABLE.exec(readme)?.[0] !== table) {
  console.error('The table of sizes in README.md is not what was measured; `npm run sizes -- --write` writes it.')
  process.exitCode = 1
}
