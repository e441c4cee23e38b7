import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { type RedisLog, redisLog } from 'headwater/server/redis'
import { Cluster } from 'ioredis'
import { table } from '../table.ts'
import { type Nodes, startNodes } from './nodes.ts'

/*
 * npm run bench:shards -- [--processes 4] [--events 5000] [--bytes 1000]
 *
 * How much a log asks of each node of a Redis Cluster, without shards and with them. A process is a log that reads all events; one of
 * them publishes. Bytes are counted by Redis.
 */

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '4' },
    events: { type: 'string', default: '5000' },
    bytes: { type: 'string', default: '1000' },
  },
})
const [processes, events, bytes] = [values.processes, values.events, values.bytes].map(Number)
if (!processes || !events || !bytes) throw Error('--processes, --events and --bytes want numbers above 0')

const NODES = 3
const SETTINGS = [1, 12]
/** How many events are under way at a time, as with several publishers. */
const TOGETHER = 20

interface Load {
  /** Bytes that a node has sent for one event, the busiest node first. */
  readonly sent: readonly number[]
  /** Memory that a node uses for one event, the fullest node first. */
  readonly memory: readonly number[]
  /** Commands of all nodes for one event, those in scripts included. */
  readonly commands: number
}

const descending = (values: readonly number[]): number[] => [...values].sort((a, b) => b - a)

async function publishAll(log: RedisLog): Promise<void> {
  const json = JSON.stringify('x'.repeat(bytes as number))
  for (let n = 0; n < (events as number); n += TOGETHER)
    await Promise.all(
      Array.from({ length: TOGETHER }, () =>
        log.append({ type: 'order', json, to: { topic: 'orders' }, at: Date.now() }),
      ),
    )
}

async function measure(nodes: Nodes, shards: number): Promise<Load> {
  const cluster = new Cluster([...nodes.addresses])
  await once(cluster, 'ready')
  const options = { prefix: `bench-${shards}`, size: 100_000, shards }
  const logs = await Promise.all(Array.from({ length: processes as number }, () => redisLog(cluster, options)))
  const [publisher] = logs
  if (!publisher) throw Error('no process')
  try {
    const before = await nodes.figures()
    await publishAll(publisher)
    await Promise.all(logs.map((log) => log.reach?.(publisher.epoch, publisher.head)))
    const after = await nodes.figures()
    const each = (of: 'sent' | 'memory' | 'commands'): number[] =>
      after.map((figures, n) => (figures[of] - (before[n]?.[of] ?? 0)) / (events as number))
    return {
      sent: descending(each('sent')),
      memory: descending(each('memory')),
      commands: each('commands').reduce((sum, count) => sum + count),
    }
  } finally {
    for (const log of logs) await log.close()
    cluster.disconnect()
  }
}

const nodes = await startNodes(NODES)
try {
  const rows: string[][] = []
  for (const shards of SETTINGS) {
    const { sent, memory, commands } = await measure(nodes, shards)
    const list = (numbers: readonly number[]): string => numbers.map((number) => number.toFixed(0)).join(', ')
    rows.push([`${shards}`, list(sent), list(memory), commands.toFixed(2)])
  }
  console.log(`${processes} processes, ${events} events of ${bytes} bytes, ${NODES} nodes\n`)
  console.log(table(['shards', 'bytes sent by each node', 'memory of each node', 'commands'], rows))
} finally {
  nodes.stop()
}
