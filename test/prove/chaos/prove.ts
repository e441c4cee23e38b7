import { parseArgs } from 'node:util'
import { type Outcome, type Prove, today } from '../section.ts'
import { gapsCell, grouped, total } from '../verdict.ts'
import { KINDS } from './fault.ts'
import { type PlayOptions, playAll, type Result } from './play.ts'
import { SCENARIOS } from './scenarios.ts'
import { playTabs, TABS_SCENARIO } from './tabs.ts'

/*
 * npm run prove -- chaos [--seed 1] [--faults 1000] [--clients 50] [--scenario steady,tabs]
 */

/** Between two faults, in milliseconds on average: less than a client takes to recover, and for tabs, which take longer, more. */
const PAUSE = 60
const TABS_PAUSE = 150

/** The part of the faults that a scenario has, beside those of the others. The tabs have fewer connections. */
const SHARES = new Map([...SCENARIOS.map(({ name }) => [name, 3] as const), [TABS_SCENARIO.name, 2] as const])

const ALL = [...SCENARIOS, TABS_SCENARIO]

function readArgs(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: `${Date.now() & 0x7fffffff}` },
      faults: { type: 'string', default: '1000' },
      clients: { type: 'string', default: '50' },
      scenario: { type: 'string', default: ALL.map(({ name }) => name).join() },
    },
  })
  const [seed, faults, clients] = [Number(values.seed), Number(values.faults), Number(values.clients)]
  const names = values.scenario.split(',')
  const scenarios = ALL.filter(({ name }) => names.includes(name))
  if (![seed, faults, clients].every(Number.isSafeInteger) || scenarios.length !== names.length)
    throw Error(`--seed, --faults and --clients want numbers, --scenario some of ${ALL.map(({ name }) => name)}`)
  const isPart = ['faults', 'clients', 'scenario'].some((name) => args.some((arg) => arg.startsWith(`--${name}`)))
  const shares = scenarios.reduce((sum, { name }) => sum + (SHARES.get(name) ?? 0), 0)
  const faultsOf = (name: string): number => Math.round((faults * (SHARES.get(name) ?? 0)) / shares)
  return { seed, clients, scenarios, faultsOf, isPart }
}

type Row = Result & { readonly title: string; readonly clients: string }

async function run(scenario: (typeof ALL)[number], options: PlayOptions): Promise<Row & { readonly version?: string }> {
  if (!('act' in scenario)) {
    const result = await playTabs({ ...options, pause: TABS_PAUSE })
    return { title: scenario.title, clients: `${result.tabs} tabs`, ...result }
  }
  const { results, left } = await playAll([scenario], options)
  const [result] = results as [Result]
  const failures = left.map((text) => `--scenario ${scenario.name} --seed ${options.seed}: left over: ${text}`)
  return {
    title: scenario.title,
    clients: `${options.clients}`,
    ...result,
    leftOver: result.leftOver + left.length,
    failures: [...result.failures, ...failures],
  }
}

export const prove: Prove = async (args) => {
  const { seed, clients, scenarios, faultsOf, isPart } = readArgs(args)
  console.log(`seed ${seed}`)
  const rows: Row[] = []
  let version = ''
  for (const scenario of scenarios) {
    const startedAt = performance.now()
    const row = await run(scenario, { seed, clients, faults: faultsOf(scenario.name), pause: PAUSE })
    version = row.version ?? version
    rows.push(row)
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    process.stderr.write(`${row.failures.length ? 'FAILED ' : ''}${cells(row).join(', ')}: ${seconds} s\n`)
  }
  return toOutcome(rows, seed, version, isPart)
}

const HEAD = [
  'scenario',
  'clients',
  'faults',
  'events delivered',
  'gaps',
  'named by a gap',
  'lost',
  'doubled',
  'out of order',
  'left over',
]

function cells({ title, clients, faults, events, gaps, missed, lost, doubled, disordered, leftOver }: Row): string[] {
  const counts = [missed, lost, doubled, disordered, leftOver].map(grouped)
  return [title, clients, `${total(Object.values(faults))}`, grouped(events), gapsCell(gaps), ...counts]
}

function toOutcome(rows: readonly Row[], seed: number, chromium: string, isPart: boolean): Outcome {
  const kinds = KINDS.map((kind) => [kind, `${rows.reduce((sum, { faults }) => sum + faults[kind], 0)}`])
  const section = {
    title: 'Chaos',
    date: today(),
    command: 'npm run prove -- chaos',
    versions: { Node: process.version.slice(1), ...(chromium && { Chromium: chromium }) },
    intro: INTRO,
    tables: [
      { head: HEAD, rows: rows.map(cells) },
      { title: 'The faults', head: ['kind', 'how often'], rows: kinds },
    ],
    notes: [
      ...NOTES,
      `The seed of this run is ${seed}. A seed fixes the faults and their order, but not how they meet the work of clients.`,
    ],
  }
  const failures = rows.flatMap(({ failures }) => failures)
  return { section, failures, leftOut: isPart ? ['what the options do not ask for'] : [] }
}

const INTRO = `The reference server, and clients with topics and a kept cursor, over real HTTP. Between them is a TCP proxy that makes faults all the time,
while the server publishes all the time. Each client is a small application: it has a state for each topic, loads it when the documents tell it
to, and applies the events. At the end the faults stop, and every state must be that of the server. Then everything is closed.`

const NOTES = [
  '"Lost" are events that did not come, and that no gap names. A gap names the events between its `requested` and its `resumedFrom`.',
  '"Left over" are timers, sockets, abort listeners and streams that are still there when everything is closed, and whatever else keeps the process alive.',
  'A restart is by turns a crash and an orderly end with `goodbye`. Two hubs that share a log are in one process.',
  'Tabs are those of two users in Chromium. They share connections, and are closed, opened and loaded again meanwhile.',
]
