import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

/*
 * Checks the sizes against their limits (.size-limit.json), and that the documents say what was measured: the badge and the
 * table in the README, and all sizes in docs/comparison.md. With `--write` it writes them.
 */

/** The rows that the README shows, and what each size buys. */
const BUYS = {
  'createSSE, everything behind it':
    'reconnect with backoff, resume, heartbeat detection, gaps, types, page life, refresh of credentials',
  'createSSE and keepCursor': 'the cursor outlives a reload',
  'createHubClient, topics and send() included': 'topics, messages to the server, certainty about what was resumed',
  'createSSE and acrossTabs': 'one connection for all tabs of a browser',
  'createSSE and headwater/react': 'hooks and a provider',
  'createSSE and headwater/vue': 'composables and a plugin',
  'requestEvents alone': 'one response that ends, such as that of a language model',
  'EventSource alone': "the standard's interface, with headers and `fetch`",
}

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
const row = (...cells) => `| ${cells.join(' | ')} |\n`
const all = `${row('minified + brotli, dependencies included', '')}|---|---|\n${measured.map(({ name, size }) => row(name, kilobytes(size))).join('')}`
const shown = measured.filter(({ name }) => name in BUYS)
const table = `${row('import', 'size', 'what you get')}|---|--:|---|\n${shown.map(({ name, size }) => row(name, kilobytes(size), BUYS[name])).join('')}`
const [{ size }] = measured
const badge = `![size: ${kilobytes(size)}](https://img.shields.io/badge/size-${kilobytes(size).replace(' ', '_')}_brotli-0b6b63)\n`
console.log(all)

for (const { name, size, sizeLimit, passed } of measured) {
  if (passed) continue
  console.error(`${name}: ${kilobytes(size)} is above the limit of ${kilobytes(sizeLimit)} in .size-limit.json`)
  process.exitCode = 1
}
if (shown.length !== Object.keys(BUYS).length)
  throw new Error('A name in BUYS (scripts/sizes.mjs) is not in .size-limit.json.')

const PARTS = [
  ['README.md', /^!\[size: .*\n/m, badge],
  ['README.md', /(?<=<!-- sizes -->\n).*(?=<!-- \/sizes -->)/s, table],
  ['docs/comparison.md', /(?<=<!-- sizes -->\n).*(?=<!-- \/sizes -->)/s, all],
]
for (const [file, part, right] of PARTS) {
  const text = readFileSync(file, 'utf8')
  if (process.argv.includes('--write'))
    writeFileSync(
      file,
      text.replace(part, () => right),
    )
  else if (part.exec(text)?.[0] !== right) {
    console.error(`The sizes in ${file} are not what was measured: \`npm run sizes -- --write\` writes them.`)
    process.exitCode = 1
  }
}
