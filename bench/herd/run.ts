import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { randomFrom } from '../random.ts'
import { table } from '../table.ts'
import { type Row, seconds, toChart } from './chart.ts'
import { measure } from './measure.ts'
import { POLICIES, type Policy, withDrain, withRetry } from './policies.ts'
import { type Outcome, type Scenario, simulate } from './simulate.ts'

/*
 * npm run bench:herd [-- --clients 100000 --seed 1 --chart docs/herd.svg]
 * npm run bench:herd -- --measure 10000
 *
 * The effect of a deploy on a server: all clients lose their connection at once, and come back. Simulated for 100,000 clients
 * and several policies. With --measure, real clients over real connections, and what the simulation says of as many.
 */

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    chart: { type: 'string' },
    measure: { type: 'string' },
  },
})

/** Servers that open 2,000 streams a second, as one process does that reads a principal for each. */
const ROOM = { perSecond: 2000, queue: 4096 }
const clients = Number(values.clients)

const RESTART: Scenario = { ...ROOM, clients, down: 5000, failure: 'status' }
const REFUSED: Scenario = { ...RESTART, failure: 'network' }
const ROLLING: Scenario = { clients, down: 0, perSecond: 10_000, queue: 4096, failure: 'status' }

const count = (value: number): string => value.toLocaleString('en')

const HEAD = ['', 'in 0.1 s', 'in 1 s', 'later, in 1 s', 'attempts', '99 % back', 'never']

const toCells = ({ peaks, total, back, lost }: Outcome): readonly string[] => [
  count(peaks.slice),
  count(peaks.second),
  count(peaks.later),
  count(total),
  seconds(back),
  count(lost),
]

function run(scenario: Scenario, policies: readonly Policy[]): readonly Row[] {
  return policies.map((policy) => ({
    name: policy.name,
    outcome: simulate(policy, scenario, randomFrom(Number(values.seed))),
  }))
}

function print(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}\n`)
  console.log(
    table(
      HEAD,
      rows.map(({ name, outcome }) => [name, ...toCells(outcome)]),
    ),
  )
}

function simulateAll(): void {
  const restart = run(RESTART, [...POLICIES, withRetry(10_000)])
  print(`${count(clients)} clients. The server is away for 5 s behind a proxy that answers 502:`, restart)
  print('The same without a proxy: nothing answers.', run(REFUSED, POLICIES))
  print(
    'A rolling deploy: other servers take over at once.',
    run(ROLLING, [...POLICIES, withRetry(10_000), withDrain(30_000)]),
  )
  if (!values.chart) return
  const title = `Connection attempts of ${count(clients)} clients, by tenths of a second. The server is away for 5 s.`
  writeFileSync(values.chart, toChart(title, restart, 80_000))
}

async function measureAll(clients: number): Promise<void> {
  const { outcome, perSecond } = await measure(clients, 5000)
  const scenario = { clients, down: 5000, perSecond, queue: Infinity, failure: 'network' } as const
  const [simulated] = run(scenario, POLICIES)
  print(`${count(clients)} real clients; the server process is killed, and starts again 5 s later:`, [
    { name: 'measured', outcome },
    ...(simulated ? [{ name: 'simulated', outcome: simulated.outcome }] : []),
  ])
}

if (values.measure) await measureAll(Number(values.measure))
else simulateAll()
