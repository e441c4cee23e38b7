import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type BenchBrowser, launch } from './browser.ts'
import { type Job, NAMES, type Outcome } from './names.ts'
import { type Measured, print, report } from './report.ts'
import { type BenchServer, startServer } from './server.ts'

/*
 * npm run bench -- [--events 100000] [--rounds 5] [--only floor,headwater] [--devtools] [--json]
 */

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    /** Contestants, separated by commas. */
    only: { type: 'string', default: NAMES.join() },
    /** Measure with the DevTools Protocol attached to the page. */
    devtools: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const events = Number(values.events)
const rounds = Number(values.rounds)
const only = values.only.split(',')
const names = NAMES.filter((name) => only.includes(name))
if (!(events > 0 && rounds > 0 && names.length === only.length))
  throw Error(`--events and --rounds want numbers above 0, --only wants some of ${NAMES.join()}`)

/** A contestant that has not finished by then is out. */
const LIMIT = 120_000
/** For a page that is too busy to see that its time is over. */
const GRACE = 5000

const jobs: readonly Job[] = [true, false].flatMap((ids) => names.map((name) => ({ name, events, ids })))

async function measure(job: Job, browser: BenchBrowser, server: BenchServer): Promise<Outcome> {
  const query = new URLSearchParams(Object.entries({ ...job, limit: LIMIT }).map(([key, value]) => [key, `${value}`]))
  const found = server.outcome(LIMIT + GRACE)
  const close = await browser.open(`${server.origin}/?${query}`)
  const outcome = await found
  await close()
  return outcome ?? { ms: undefined, count: 0, right: false }
}

/**
 * Everyone's turn comes at another place in each round, so that what else the machine does meets all alike; and every
 * second round goes backwards, so that nobody always follows the same neighbour, whose page may still be going away.
 */
const turns = (round: number): readonly Job[] => {
  const shift = (round * 5) % jobs.length
  const turned = [...jobs.slice(shift), ...jobs.slice(0, shift)]
  return round % 2 ? turned.reverse() : turned
}

async function run(): Promise<void> {
  const server = await startServer(events)
  const browser = await launch(values.devtools)
  const measured = new Map<Job, Measured>(jobs.map((job) => [job, { job, times: [], failure: undefined }]))
  try {
    // Round 0 warms up the machine, the browser and the server, and is discarded.
    for (let round = 0; round <= rounds; round++) {
      if (process.stderr.isTTY) process.stderr.write(`\rround ${round} of ${rounds}`)
      for (const job of turns(round)) {
        const entry = measured.get(job)
        // A contestant that was too slow or wrong once is not asked again.
        if (!entry || entry.failure) continue
        const { ms, count, right } = await measure(job, browser, server)
        if (ms === undefined) entry.failure = `over ${LIMIT / 1000} s, ${count} events`
        else if (!right) entry.failure = count === events ? 'wrong data' : `${count} of ${events} events`
        else if (round) entry.times.push(ms)
      }
    }
  } finally {
    await browser.close()
    server.close()
  }
  if (process.stderr.isTTY) process.stderr.write('\n')

  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}`
  const setup = { events, rounds, devtools: values.devtools, chromium: browser.version, node: process.version, machine }
  const results = report([...measured.values()], events)
  if (values.json) console.log(JSON.stringify({ ...setup, ...results }, null, 2))
  else print(setup, results)
}

await run()
