import { quantile } from '../quantile.ts'
import { table } from '../table.ts'
import { CONTESTANTS, type Name } from './names.ts'
import type { Expectation, Results, Row, Setup } from './report.ts'

/*
 * The figures as tables.
 */

const fixed = (figure: number, digits = 2): string => (Number.isNaN(figure) ? '–' : figure.toFixed(digits))
const kilo = (bytes: number): string => fixed(bytes / 1024, 1)
const middle = (values: readonly number[]): string => fixed(quantile(values, 0.5), 1)

const HEAD = ['', 'ms', '× floor', 'better-sse ÷ it', 'min–max', 'deliveries/s', 'CPU µs each', '× floor']
const MORE = ['better-sse ÷ it', 'RSS KiB', 'heap KiB']

function line(row: Row): readonly string[] {
  const what = CONTESTANTS[row.name]
  if (row.failure) return [what, row.failure, ...Array<string>(HEAD.length + MORE.length - 2).fill('–')]
  return [
    what,
    fixed(row.median, 0),
    fixed(row.ofFloor),
    fixed(row.ofBetterSSE),
    `${fixed(row.min, 0)}–${fixed(row.max, 0)}`,
    fixed(row.deliveriesPerSecond, 0),
    fixed(row.cpu),
    fixed(row.cpuOfFloor),
    fixed(row.cpuOfBetterSSE),
    kilo(row.rss),
    kilo(row.heap),
  ]
}

function verdict({ text, figure, fastest, cpu, met }: Expectation): string {
  const said = met === undefined ? 'not measured' : met ? 'met' : 'not met'
  return `- ${text}: ${said} (median ${fixed(figure)}, fastest rounds ${fixed(fastest)}, processor time ${fixed(cpu)})`
}

export function print(setup: Setup, { rows, expectations, latency, replays }: Results): void {
  const { rounds, node, machine, openFiles, replayed } = setup
  console.log(`Median of ${rounds} rounds, Node ${node}, ${machine}, at most ${openFiles} open files a process`)
  const titleOf = ({ connections, burst, events }: Row): string =>
    `${events} events to ${connections} connections, ${burst} in a turn of the event loop`
  for (const title of new Set(rows.map(titleOf))) {
    const lines = rows.filter((row) => titleOf(row) === title).map(line)
    console.log(`\n${title}\n\n${table([...HEAD, ...MORE], lines)}`)
  }
  for (const row of rows)
    if (row.clientsBusy > 0.9)
      console.log(
        `\nThe clients of ${row.name} were busy ${fixed(row.clientsBusy * 100, 0)}% of the time: ${titleOf(row)}`,
      )
  console.log(`\nExpected of headwater:\n${expectations.map(verdict).join('\n')}`)

  const { connections, perSecond } = setup.paced
  console.log(`\nFrom publishing to arrival in ms, ${connections} clients, ${perSecond} events a second\n`)
  const times = Object.entries(latency).map(([name, { p50, p99, max }]) => [
    CONTESTANTS[name as Name],
    ...[p50, p99, max].map((ms) => fixed(ms, 1)),
  ])
  console.log(table(['', 'p50', 'p99', 'max'], times))

  console.log(`\nOne client comes back for ${replayed} events, in ms\n`)
  const returns = Object.entries(replays).map(([name, { cold, warm }]) => [
    CONTESTANTS[name as Name],
    fixed(cold.last, 1),
    fixed(cold.live, 1),
    middle(warm.map(({ last }) => last)),
    middle(warm.map(({ live }) => live)),
  ])
  console.log(table(['', 'first: last event', 'live', 'later: last event', 'live'], returns))
}
