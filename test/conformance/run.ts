import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ENGINES, isEngine } from '../engines/engine.ts'
import { GROUPS } from './cases.ts'
import { type ClientName, NAMES } from './names.ts'
import { passes, type Recorded, summaryOf, tableOf } from './table.ts'
import { openSuite } from './watch.ts'

/*
 * The conformance suite: what clients make of streams and faults.
 *
 * npm run conformance -- [--client <name>] [--browser chromium|firefox|webkit] [--only <part of a title>] [--write]
 *
 * With `--write` the results in Chromium are recorded, and the tables in the README and in docs/comparison.md are made of them.
 */

const root = fileURLToPath(new URL('../../', import.meta.url))
const RESULTS = `${root}test/conformance/results.json`
const TABLE = /(?<=<!-- conformance -->\n).*(?=<!-- \/conformance -->)/s

const { values } = parseArgs({
  options: {
    client: { type: 'string' },
    browser: { type: 'string', default: 'chromium' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
const isName = (name: string): name is ClientName => name in NAMES
if (values.client !== undefined && !isName(values.client)) {
  console.error(`--client: expected one of ${Object.keys(NAMES).join(', ')}`)
  process.exit(2)
}
if (!isEngine(values.browser)) {
  console.error(`--browser: expected one of ${ENGINES.join(', ')}`)
  process.exit(2)
}
if (values.write && values.browser !== 'chromium') {
  console.error('--write: only results in Chromium are recorded')
  process.exit(2)
}
const all = Object.values(GROUPS).flat()
const cases = all.filter(({ title }) => title.includes(values.only))
const titles = new Set(all.map(({ title }) => title))
const names = values.client ? [values.client] : (Object.keys(NAMES) as ClientName[])

function print(client: ClientName, verdicts: Recorded['clients'][ClientName] = {}): void {
  console.log(client)
  for (const [group, cases] of Object.entries(GROUPS)) {
    console.log(`  ${group}: ${passes(group, verdicts)}`)
    for (const { title, section } of cases)
      if (!verdicts[title]?.passed) console.log(`    ${title} (${section}): ${verdicts[title]?.text}`)
  }
}

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, 'utf8')).version

const suite = await openSuite(values.browser)
console.log(`${suite.title} ${suite.version}`)
const before: Recorded = JSON.parse(readFileSync(RESULTS, 'utf8'))
// A part of a run replaces that part of what is recorded. Of other browsers nothing is.
const clients: { -readonly [N in ClientName]?: Recorded['clients'][N] } =
  values.browser === 'chromium' ? { ...before.clients } : {}
for (const name of names) {
  const verdicts = { ...clients[name], ...(await suite.run(name, cases)) }
  // What was recorded of cases that are not there any more is dropped.
  clients[name] = Object.fromEntries(Object.entries(verdicts).filter(([title]) => titles.has(title)))
  print(name, clients[name])
}
await suite.close()

if (values.write) {
  const packages = Object.entries(NAMES).filter(([, name]) => name)
  const recorded: Recorded = {
    date: new Date().toISOString().slice(0, 10),
    chromium: suite.version,
    versions: Object.fromEntries(packages.map(([client, name]) => [client, versionOf(name)])),
    clients: Object.fromEntries(
      Object.keys(NAMES).flatMap((name) => (isName(name) && clients[name] ? [[name, clients[name]]] : [])),
    ),
  }
  writeFileSync(RESULTS, `${JSON.stringify(recorded, null, 2)}\n`)
  for (const [file, table] of [
    ['README.md', summaryOf(recorded)],
    ['docs/comparison.md', tableOf(recorded)],
  ] as const)
    writeFileSync(
      `${root}${file}`,
      readFileSync(`${root}${file}`, 'utf8').replace(TABLE, () => table),
    )
}
