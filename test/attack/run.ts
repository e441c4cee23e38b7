import { parseArgs } from 'node:util'
import { table } from '../../bench/table.ts'
import { bundlePage } from '../support/bundle.ts'
import { ATTACKS } from './attacks.ts'
import { openChromium } from './chromium.ts'
import { createSite, startServer } from './node.ts'
import { type Outcome, play } from './play.ts'

/*
 * npm run attack -- [--seed 1] [--rounds 100] [--only headers,lines] [--node] [--chromium]
 */

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: `${Date.now() & 0x7fffffff}` },
    /** How many cases of chance each attack makes; as many as it says itself, if left out. */
    rounds: { type: 'string' },
    only: { type: 'string' },
    node: { type: 'boolean', default: false },
    chromium: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
const only = values.only?.split(',') ?? ATTACKS.map(({ name }) => name)
const attacks = ATTACKS.filter(({ name }) => only.includes(name))
if (!Number.isInteger(seed) || (rounds !== undefined && !(rounds >= 0)) || attacks.length !== only.length)
  throw Error(`--seed and --rounds want numbers, --only wants some of ${ATTACKS.map(({ name }) => name)}`)
const isBoth = values.node === values.chromium
/** What does not come within so many milliseconds never comes. */
const LIMIT = 10_000

const HEAD = ['attack', 'tried', 'outcome', 'held, MB', 'longest task, ms']
const found: string[] = []

/** Runs the attacks on one platform, and prints a line for each. */
async function runAll(platform: string, run: (name: string) => Promise<Outcome>): Promise<void> {
  const rows: string[][] = []
  const startedAt = performance.now()
  for (const { name } of attacks) {
    const began = performance.now()
    const outcome = await run(name)
    process.stderr.write(`${platform}: ${name}, ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
    for (const each of outcome.found) found.push(`${platform}, --only ${name} --seed ${seed}: ${each}`)
    const { tried, held, longest } = outcome
    rows.push([
      name,
      `${tried}`,
      outcome.found.length ? `${outcome.found.length} found` : 'ok',
      Number.isNaN(held) ? '–' : Math.max(held, 0).toFixed(1),
      longest ? longest.toFixed(0) : '< 50',
    ])
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  console.log(`\n${platform}, seed ${seed}, ${seconds} s\n\n${table(HEAD, rows)}`)
}

async function runInNode(): Promise<void> {
  const server = await startServer()
  const site = createSite(server.origin, LIMIT, true)
  await runAll(`Node ${process.version}`, async (name) => {
    const attack = attacks.find((each) => each.name === name)
    if (!attack) throw Error(`no attack ${name}`)
    return play(attack, site, { seed, rounds })
  })
  site.close()
  await server.close()
}

async function runInChromium(): Promise<void> {
  const server = await startServer(await bundlePage(new URL('page.ts', import.meta.url)))
  const chromium = await openChromium(server.origin)
  await runAll(`Chromium ${chromium.version}`, (name) => chromium.attack(name, LIMIT, { seed, rounds }))
  await chromium.close()
  await server.close()
}

if (isBoth || values.node) await runInNode()
if (isBoth || values.chromium) await runInChromium()
for (const each of found) console.log(`\n${each}`)
process.exitCode = found.length ? 1 : 0
