import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { quantile } from '../quantile.ts'
import { table } from '../table.ts'
import { startWorker } from './processes.ts'
import type { ReaderCommands } from './readers.ts'
import type { ServerCommands } from './serve.ts'

/*
 * The costs and savings of compression: `npm run bench:compression -- [--connections 200] [--events 300] [--rounds 5]`. The
 * hub sends the same order events as they are, with gzip and with brotli, in turn.
 */

export type Coding = 'identity' | 'gzip' | 'br'
const CODINGS: readonly Coding[] = ['identity', 'gzip', 'br']

interface Outcome {
  /** Processor time of the server for one event to one client, in microseconds: a turn of the event loop each, and ten in a turn. */
  readonly apart: number
  readonly together: number
  /** One event to one client, in bytes of the body. */
  readonly bytes: number
  readonly bytesTogether: number
  /** Growth of the server for each connection, in bytes. */
  readonly rss: number
}

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '200' },
    /** To each client, measured. As many go ahead to warm up. */
    events: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '5' },
  },
})
const connections = Number(values.connections)
const events = Number(values.events)
const rounds = Number(values.rounds)
if (!(connections > 0 && events > 0 && rounds > 0))
  throw Error('--connections, --events and --rounds want numbers above 0')

const BURST = 10

async function measure(coding: Coding): Promise<Outcome> {
  const server = startWorker<ServerCommands>('serve.ts', 'headwater', '--compress')
  const clients = startWorker<ReaderCommands>('readers.ts')
  try {
    const port = await server.call('port')
    // Modules that load with the first request do not count for a connection.
    await clients.call('connect', port, 1, coding)
    await server.call('connected', 1)
    await clients.call('disconnect')
    await server.call('connected', 0)
    const before = await server.call('memory')
    await clients.call('connect', port, connections, coding)
    await server.call('connected', connections)

    let sent = 0
    const send = async (burst: number): Promise<readonly [cpu: number, bytes: number]> => {
      sent += events
      await clients.call('expect', sent)
      const cpu = await server.call('cpu')
      // A client has one event before the next is published, as with events that come singly. Ten share a turn.
      await server.call('publish', events, burst, PAUSE)
      const bytes = await clients.call('finished')
      const each = connections * events
      return [(((await server.call('cpu')) - cpu) * 1000) / each, bytes / each]
    }
    await send(1)
    const [apart, bytes] = await send(1)
    const [together, bytesTogether] = await send(BURST)
    const after = await server.call('memory')
    return { apart, together, bytes, bytesTogether, rss: (after.rss - before.rss) / connections }
  } finally {
    await Promise.all([server.stop(), clients.stop()])
  }
}

/** Milliseconds between two turns: in this time zlib has done and rests, for so many connections. */
const PAUSE = connections / 20

const outcomes = new Map<Coding, Outcome[]>(CODINGS.map((coding) => [coding, []]))
// Round 0 warms up the machine, and is discarded. Every second round goes backwards.
for (let round = 0; round <= rounds; round++)
  for (const coding of round % 2 ? [...CODINGS].reverse() : CODINGS) {
    const outcome = await measure(coding)
    if (round) outcomes.get(coding)?.push(outcome)
  }

const median = (coding: Coding, figure: (outcome: Outcome) => number): number =>
  quantile((outcomes.get(coding) ?? []).map(figure), 0.5)
const figures: readonly (readonly [title: string, figure: (outcome: Outcome) => number, digits: number])[] = [
  ['bytes an event', ({ bytes }) => bytes, 0],
  ['ten in a turn', ({ bytesTogether }) => bytesTogether, 0],
  ['CPU µs an event', ({ apart }) => apart, 1],
  ['ten in a turn', ({ together }) => together, 1],
  ['RSS KiB a connection', ({ rss }) => rss / 1024, 0],
]
console.log(
  `Median of ${rounds} rounds, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}\n` +
    `${events} events to ${connections} connections, one after the other, and as many ten in a turn of the event loop\n`,
)
console.log(
  table(
    ['', ...figures.flatMap(([title]) => [title, '× identity'])],
    CODINGS.map((coding) => [
      coding,
      ...figures.flatMap(([, figure, digits]) => {
        const own = median(coding, figure)
        return [own.toFixed(digits), (own / median('identity', figure)).toFixed(2)]
      }),
    ]),
  ),
)
