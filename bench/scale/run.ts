import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { quantile } from '../quantile.ts'
import { table } from '../table.ts'
import { measure, type Scale, type Setting } from './measure.ts'

/*
 * npm run bench:scale -- [--clients 1000] [--events 300] [--rounds 3]
 *
 * One server with its log in memory, and one, two and four servers that share a log in Redis. The clients are spread over the servers,
 * and one server publishes.
 */

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000' },
    events: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
  },
})
const [clients, events, rounds] = [values.clients, values.events, values.rounds].map(Number)
if (!clients || !events || !rounds) throw Error('--clients, --events and --rounds want numbers above 0')

const PER_SECOND = 20

const SETTINGS: Readonly<Record<string, Setting>> = {
  'in memory': { processes: 1, redis: false },
  'Redis, 1 process': { processes: 1, redis: true },
  'Redis, 2 processes': { processes: 2, redis: true },
  'Redis, 4 processes': { processes: 4, redis: true },
}

const measured = new Map<string, Scale[]>(Object.keys(SETTINGS).map((name) => [name, []]))
// Round 0 warms up the machine, and is discarded.
for (let round = 0; round <= rounds; round++)
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const scale = await measure(setting, { clients, events, perSecond: PER_SECOND })
    if (round) measured.get(name)?.push(scale)
  }

const median = (scales: readonly Scale[], figure: (scale: Scale) => number): number => quantile(scales.map(figure), 0.5)
const base = median(measured.get('in memory') ?? [], ({ perSecond }) => perSecond)

const rows = [...measured].map(([name, scales]) => {
  const perSecond = median(scales, (scale) => scale.perSecond)
  return [
    name,
    perSecond.toFixed(0),
    (perSecond / base).toFixed(2),
    median(scales, ({ cpu }) => cpu).toFixed(1),
    median(scales, ({ commands }) => commands).toFixed(2),
    ...[0.5, 0.99].map((q) => median(scales, ({ latencies }) => quantile(latencies, q)).toFixed(1)),
  ]
})

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`
console.log(`${clients} clients, ${events} events, ${rounds} rounds, medians. ${machine}\n`)
console.log(table(['', 'events/s', '× memory', 'CPU µs each', 'Redis commands', 'p50 ms', 'p99 ms'], rows))
