import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { quantile } from '../quantile.ts'
import { broadcast, latencies, type Replay, replay, type Scene } from './measure.ts'
import { NAMES, type Name } from './names.ts'
import { print } from './print.ts'
import { type Latency, type Measured, type Results, report, type Setup } from './report.ts'

/*
 * npm run bench:server -- [--connections 1000,5000] [--rounds 5] [--only floor,headwater] [--json]
 */

const { values } = parseArgs({
  options: {
    /** How many clients are connected; a case each. Two processes have as many files open. */
    connections: { type: 'string', default: '1000,5000' },
    rounds: { type: 'string', default: '5' },
    /** Contestants, separated by commas. */
    only: { type: 'string', default: NAMES.join() },
    json: { type: 'boolean', default: false },
  },
})
const connections = values.connections.split(',').map(Number)
const rounds = Number(values.rounds)
const only = values.only.split(',')
const names = NAMES.filter((name) => only.includes(name))
const [few = 0] = connections
if (!(connections.every((count) => count > 0) && rounds > 0 && names.length === only.length))
  throw Error(`--connections and --rounds want numbers above 0, --only wants some of ${NAMES.join()}`)

/** Node raises it as far as it may be raised. */
function openFiles(): string {
  const { userLimits } = process.report.getReport() as { userLimits: { open_files: { soft: number | string } } }
  return `${userLimits.open_files.soft}`
}
/** The other handles that a process has open. */
const OTHERS = 100
if (Math.max(...connections) > Number(openFiles()) - OTHERS)
  throw Error(`at most ${openFiles()} open files a process: too few for that many connections; see ulimit -n`)

/** So many take a second or two. */
const DELIVERIES = { apart: 150_000, together: 600_000 }
const BURST = 10
const REPLAYED = 10_000
const RATE = 20

const scenes: readonly Scene[] = [
  ...connections.map((count) => ({ connections: count, burst: 1, events: Math.ceil(DELIVERIES.apart / count) })),
  { connections: few, burst: BURST, events: Math.ceil(DELIVERIES.together / few) },
]

/** Every second round goes backwards: what else the machine does meets all alike, and nobody always follows the same neighbour. */
const turns = (round: number, measured: readonly Measured[]): readonly Measured[] =>
  round % 2 ? [...measured].reverse() : measured

const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

async function measure(): Promise<readonly Measured[]> {
  const measured = scenes.flatMap((scene) =>
    names.map((name): Measured => ({ name, scene, rounds: [], failure: undefined })),
  )
  // Round 0 warms up the machine, and is discarded.
  for (let round = 0; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`)
    for (const entry of turns(round, measured)) {
      // A contestant that failed once is not asked again.
      if (entry.failure) continue
      try {
        const outcome = await broadcast(entry.name, entry.scene)
        if (round) entry.rounds.push(outcome)
      } catch (error) {
        entry.failure = error instanceof Error ? error.message : `${error}`
      }
    }
  }
  return measured
}

const measured = await measure()
const sound = names.filter((name) => !measured.some((each) => each.name === name && each.failure))
const latency: Partial<Record<Name, Latency>> = {}
for (const name of sound) {
  progress(`latency: ${name}`)
  const all = await latencies(name, few, RATE, 5 * RATE)
  latency[name] = { p50: quantile(all, 0.5), p99: quantile(all, 0.99), max: quantile(all, 1) }
}
const replays: Partial<Record<Name, Replay>> = {}
// better-sse keeps no events.
for (const name of sound.filter((each) => each !== 'better-sse')) {
  progress(`replay: ${name}`)
  replays[name] = await replay(name, REPLAYED, 9)
}
progress('')

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}`
const setup: Setup = {
  rounds,
  node: process.version,
  machine,
  openFiles: openFiles(),
  paced: { connections: few, perSecond: RATE },
  replayed: REPLAYED,
}
const results: Results = { ...report(measured), latency, replays }
if (values.json) console.log(JSON.stringify({ ...setup, ...results }, null, 2))
else print(setup, results)
