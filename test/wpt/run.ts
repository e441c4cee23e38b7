import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { type Browser, chromium } from 'playwright'
import { findBrowsers } from '../../scripts/browsers.mjs'
import { pagesOf } from './pages.ts'
import { serveTests } from './server.ts'

/*
 * The tests of `eventsource/` in web-platform-tests, in Chromium, with a class in place of the browser's own.
 *
 * npm run wpt -- <checkout of web-platform-tests> [--class headwater|native|eventsource] [--only <part of a path>]
 */

interface Outcome {
  readonly harness: string
  readonly tests: readonly { readonly name: string; readonly passed: boolean; readonly message: string }[]
}

/** How long a page may take: the longest test waits for two reconnects of 3 s. */
const LIMIT = 20_000
const AT_ONCE = 6
/** `élève.` and `www2.` of it are other origins. */
const HOST = 'web-platform.test'

/** The modules that export a class `EventSource`; '' leaves the browser's own in place. */
const CLASSES: Readonly<Record<string, string>> = {
  headwater: fileURLToPath(new URL('../../adapters/eventsource.ts', import.meta.url)),
  eventsource: 'eventsource',
  native: '',
}

async function bundle(module: string): Promise<string> {
  if (!module) return ''
  const { outputFiles } = await build({
    stdin: {
      contents: `import { EventSource } from ${JSON.stringify(module)}
Object.defineProperty(globalThis, 'EventSource', { value: EventSource, writable: true, configurable: true })`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
  })
  return outputFiles.map(({ text }) => text).join('')
}

async function runPage(browser: Browser, url: string): Promise<Outcome> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(url)
    await page.waitForFunction('self.outcome', undefined, { timeout: LIMIT })
    return (await page.evaluate('self.outcome')) as Outcome
  } catch (error) {
    return { harness: String(error).split('\n')[0] ?? '', tests: [] }
  } finally {
    await context.close()
  }
}

function findPages(root: string, only: string): readonly string[] {
  const files = readdirSync(join(root, 'eventsource'), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => /\.(js|html?)$/.test(file))
    .map((file) => `/eventsource/${file.split(sep).join('/')}`)
    .flatMap((path) => pagesOf(path, readFileSync(join(root, path), 'utf8')))
    .filter((path) => path.includes(only))
    .sort()
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { class: { type: 'string', default: 'headwater' }, only: { type: 'string', default: '' } },
})
const [root] = positionals
const module = CLASSES[values.class]
if (!root || module === undefined) {
  console.error('usage: npm run wpt -- <web-platform-tests> [--class headwater|native|eventsource] [--only <path>]')
  process.exit(2)
}

const server = await serveTests(root, await bundle(module))
const browser = await chromium.launch({
  ...findBrowsers().chromium,
  args: ['--no-sandbox', `--host-resolver-rules=MAP *${HOST} 127.0.0.1`],
})
const urlOf = (path: string): string => `http://${HOST}:${server.port}${path}`
const pages = findPages(root, values.only)
const outcomes = new Map<string, Outcome>()
const waiting = [...pages]
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let path = waiting.shift(); path; path = waiting.shift())
      outcomes.set(path, await runPage(browser, urlOf(path)))
  }),
)
// Once more alone: some tests measure time, and the machine may have been too busy.
for (const [path, { harness, tests }] of outcomes)
  if (harness || tests.some(({ passed }) => !passed)) outcomes.set(path, await runPage(browser, urlOf(path)))
const version = browser.version()
await browser.close()
server.close()

let passed = 0
let count = 0
for (const path of pages) {
  const { harness = 'not run', tests = [] } = outcomes.get(path) ?? {}
  count += tests.length
  passed += tests.filter((test) => test.passed).length
  if (harness) console.log(`${path}: ${harness}`)
  for (const { name, message } of tests.filter((test) => !test.passed)) console.log(`${path} | ${name} | ${message}`)
}
console.log(`${values.class} in Chromium ${version}: ${passed} of ${count} tests in ${pages.length} pages passed`)
