import { parseArgs } from 'node:util'
import { launch } from './browser.ts'
import { CONTESTANTS, type Name } from './names.ts'
import { quantile } from './quantile.ts'
import { startServer } from './server.ts'
import { table } from './table.ts'

/*
 * npm run bench:burst -- [--events 50000] [--rounds 3]: whether a page stays alive while many events arrive at once. In Chromium.
 */

/** The results of a page. Milliseconds. */
export interface Burst {
  /** From the request to the last event. */
  readonly ms: number
  readonly count: number
  /** 0: none was longer than 50 ms, the shortest that the platform reports (Long Tasks API). */
  readonly longestTask: number
  /** The longest that a message of the page to itself waited. */
  readonly message: number
  /** The longest that a timer of 0 ms waited. */
  readonly timer: number
}

const { values } = parseArgs({
  options: { events: { type: 'string', default: '50000' }, rounds: { type: 'string', default: '3' } },
})
const events = Number(values.events)
const rounds = Number(values.rounds)
if (!(events > 0 && rounds > 0)) throw Error('--events and --rounds want numbers above 0')

/** For all of a burst, in the slowest client. */
const LIMIT = 120_000
/** The time that an event costs its handler, in microseconds. */
const COSTS = [20, 0]

interface Entry {
  readonly text: string
  readonly name: Name
  readonly query?: string
}

const entries: readonly Entry[] = [
  { text: CONTESTANTS.headwater, name: 'headwater' },
  { text: 'headwater, if it did not pause', name: 'headwater', query: 'at-once' },
  ...(['headwater-eventsource', 'native', 'eventsource-client', 'fetch-event-source'] as const).map((name) => ({
    text: CONTESTANTS[name],
    name,
  })),
]

async function measure({ name, query }: Entry, cost: number): Promise<Burst | undefined> {
  const search = new URLSearchParams({ name, events: `${events}`, ids: 'true', cost: `${cost}` })
  if (query) search.set(query, '')
  const found = server.outcome(LIMIT)
  const close = await browser.open(`${server.origin}/?${search}`)
  const outcome = await found
  await close()
  return outcome
}

const server = await startServer<Burst>(events, 'burst-page.ts')
const browser = await launch(false)
console.log(`${events} events at once, median of ${rounds} rounds, Chromium ${browser.version}`)
for (const cost of COSTS) {
  const found = new Map<Entry, Burst[]>(entries.map((entry) => [entry, []]))
  // Round 0 warms up, and is discarded.
  for (let round = 0; round <= rounds; round++)
    for (const [entry, bursts] of found) {
      const burst = await measure(entry, cost)
      if (burst?.count !== events) throw Error(`${entry.text}: ${burst?.count ?? 'no end'} of ${events} events`)
      if (round) bursts.push(burst)
    }
  const rows = [...found].map(([{ text }, bursts]) => {
    const median = (of: (burst: Burst) => number): number => quantile(bursts.map(of), 0.5)
    const task = median(({ longestTask }) => longestTask)
    return [
      text,
      median(({ ms }) => ms).toFixed(0),
      task ? task.toFixed(0) : 'under 50',
      median(({ message }) => message).toFixed(0),
      median(({ timer }) => timer).toFixed(0),
    ]
  })
  console.log(`\nThe handler works for ${cost} µs:\n`)
  console.log(table(['', 'total ms', 'longest task', 'a message waits', 'a timer waits'], rows))
}
await browser.close()
server.close()
