import { parseArgs } from 'node:util'
import { findRedis } from '../../../scripts/redis.mjs'
import { type Outcome, type Prove, today } from '../section.ts'
import { gapsCell, grouped, total, undue } from '../verdict.ts'
import { cluster, sharded } from './cluster.ts'
import { moving } from './moving.ts'
import { play, type Result } from './play.ts'
import { RedisServer } from './server.ts'
import { durable, forgetful, type Stage, sentinel } from './stages.ts'

/*
 * npm run prove -- scale [--seed 1] [--processes 4] [--clients 1000] [--faults 8] [--scenario durable,sentinel]
 */

interface Scenario {
  readonly name: string
  readonly title: string
  /** What gaps may be for. Any other gap is a failure. */
  readonly gaps: readonly string[]
  open(): Promise<Stage>
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'durable', title: 'one Redis, which keeps its data', gaps: [], open: durable },
  { name: 'forgetful', title: 'one Redis, which loses its data', gaps: ['epoch'], open: forgetful },
  { name: 'sentinel', title: 'a master, two replicas, three Sentinels', gaps: ['epoch'], open: sentinel },
  { name: 'cluster', title: 'a cluster of three masters and three replicas', gaps: ['epoch'], open: cluster },
  { name: 'sharded', title: 'the same cluster, with payloads in 12 shards', gaps: ['epoch', 'expired'], open: sharded },
  { name: 'moving', title: 'three masters whose slots move, with payloads in 12 shards', gaps: [], open: moving },
]

/** Between two events of one process, in milliseconds on average: all clients are in one process, and get all events. */
const PAUSE = 600

function readArgs(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: `${Date.now() & 0x7fffffff}` },
      processes: { type: 'string', default: '4' },
      clients: { type: 'string', default: '1000' },
      faults: { type: 'string', default: '8' },
      scenario: { type: 'string', default: SCENARIOS.map(({ name }) => name).join() },
    },
  })
  const [seed, processes, clients, faults] = ['seed', 'processes', 'clients', 'faults'].map((name) =>
    Number(values[name as keyof typeof values]),
  ) as [number, number, number, number]
  const names = values.scenario.split(',')
  const scenarios = SCENARIOS.filter(({ name }) => names.includes(name))
  if (![seed, processes, clients, faults].every(Number.isSafeInteger) || scenarios.length !== names.length)
    throw Error(`numbers are numbers, and --scenario wants some of ${SCENARIOS.map(({ name }) => name)}`)
  const isPart = ['processes', 'clients', 'faults', 'scenario'].some((name) =>
    args.some((arg) => arg.startsWith(`--${name}`)),
  )
  return { seed, processes, clients, faults, scenarios, isPart }
}

type Row = Result & { readonly scenario: Scenario }

export const prove: Prove = async (args) => {
  const { scenarios, isPart, ...options } = readArgs(args)
  console.log(`seed ${options.seed}`)
  const leftOut = isPart ? ['what the options do not ask for'] : []
  if (!findRedis()) return toOutcome([], options.seed, '', ['everything: npm run redis says how to install Redis'])
  const rows: Row[] = []
  for (const scenario of scenarios) {
    const stage = await scenario.open()
    try {
      const result = await play(stage, { ...options, pause: PAUSE })
      rows.push({ scenario, ...result })
      process.stderr.write(`${result.failures.length ? 'FAILED ' : ''}${cells({ scenario, ...result }).join(', ')}\n`)
    } finally {
      await stage.stop()
    }
  }
  return toOutcome(rows, options.seed, await versionOfRedis(), leftOut)
}

async function versionOfRedis(): Promise<string> {
  const server = await RedisServer.start()
  const info = `${await server.ask('INFO', 'server')}`
  await server.stop()
  return /redis_version:(\S+)/.exec(info)?.[1] ?? ''
}

const HEAD = [
  'Redis',
  'faults',
  'published',
  'rejected',
  'epochs',
  'events heard',
  'gaps',
  'named by a gap',
  'lost',
  'doubled',
  'out of order',
]

function cells({ scenario, faults, gaps, ...row }: Row): string[] {
  const { published, rejected, epochs, events, missed, lost, doubled, disordered } = row
  return [
    scenario.title,
    ...[total(Object.values(faults)), published, rejected, epochs, events].map(grouped),
    gapsCell(gaps),
    ...[missed, lost, doubled, disordered].map(grouped),
  ]
}

function toOutcome(rows: readonly Row[], seed: number, redis: string, leftOut: readonly string[]): Outcome {
  const faults = rows.flatMap(({ scenario, faults }) =>
    Object.entries(faults).map(([name, count]) => [scenario.title, name, `${count}`]),
  )
  const section = {
    title: 'Several processes on Redis',
    date: today(),
    command: 'npm run prove -- scale',
    versions: { Node: process.version.slice(1), Redis: redis },
    intro: INTRO,
    tables: [
      { head: HEAD, rows: rows.map(cells) },
      { title: 'What happened to Redis and to the processes', head: ['Redis', 'fault', 'how often'], rows: faults },
    ],
    notes: [
      ...NOTES,
      `The seed of this run is ${seed}. A seed fixes the faults and their order, but not how they meet the work of the processes.`,
    ],
  }
  const failures = rows.flatMap(({ scenario, failures, gaps }) =>
    [...failures, ...undue(gaps, scenario.gaps)].map((text) => `--scenario ${scenario.name} --seed ${seed}: ${text}`),
  )
  return { section, failures, leftOut }
}

const INTRO = `Four processes serve 1,000 clients, publish all the time, and share a log in Redis. Each connection lasts ten seconds, a fifth more or less, and each attempt
goes to another process. Processes are killed, and Redis has faults. A pure function compares what every client heard with what was published: every
event once and in order, or a gap that names it.`

const NOTES = [
  '"Rejected" are the events that `publish` rejected with a `LogUnavailableError`, because Redis was away. If `written` of the error was false, no client may have the event.',
  '"Named by a gap" are events of an epoch that went on, which a client did not get and a gap named. How many an epoch had that ended is not known.',
  'When Redis comes back at an earlier state, or has two masters for a while, the log takes another epoch: each client has a gap then.',
]
