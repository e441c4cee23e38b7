import { Redis } from 'ioredis'
import { startRedis } from '../../demo/supervisor/redis.ts'
import type { ClientCommands } from '../server/clients.ts'
import { startWorker, type Worker } from '../server/processes.ts'
import type { ServerCommands } from './serve.ts'

/*
 * One measurement: fresh servers, fresh clients, and a fresh Redis where the servers share one.
 */

export interface Setting {
  /** How many servers. */
  readonly processes: number
  /** Without it there is one server, with its log in memory. */
  readonly redis: boolean
}

export interface Scale {
  /** Events a second, from the first publishing until all clients had all. */
  readonly perSecond: number
  /** Processor time of all servers for one event to one client, in microseconds. */
  readonly cpu: number
  /** Commands that Redis carried out for one event, those of other connections included. */
  readonly commands: number
  /** Milliseconds from the publishing of an event to its arrival: of every event at every client. */
  readonly latencies: Float64Array
}

interface Stage {
  readonly servers: readonly Worker<ServerCommands>[]
  readonly clients: Worker<ClientCommands>
  /** How many commands Redis has carried out. */
  commands(): Promise<number>
}

/** @param perSecond - In what rhythm events are published for the latencies. */
export const measure = (
  setting: Setting,
  {
    clients: count,
    events,
    perSecond,
  }: { readonly clients: number; readonly events: number; readonly perSecond: number },
): Promise<Scale> =>
  onStage(setting, async ({ servers, clients, commands }) => {
    const each = Math.ceil(count / servers.length)
    for (const server of servers) await clients.call('connect', await server.call('port'), each)
    for (const server of servers) await server.call('connected', each)
    const connections = each * servers.length
    const [publisher] = servers
    if (!publisher) throw Error('no server')
    const cpus = async (): Promise<number> =>
      (await Promise.all(servers.map((server) => server.call('cpu')))).reduce((sum, each) => sum + each, 0)

    // As many go ahead, to warm up the servers.
    await clients.call('expect', events)
    await publisher.call('publish', events)
    await clients.call('finished')

    await clients.call('expect', 2 * events)
    const before = { cpu: await cpus(), commands: await commands() }
    const [startedAt = 0] = await publisher.call('publish', events)
    const { at } = await clients.call('finished')
    const after = { cpu: await cpus(), commands: await commands() }

    const paced = 5 * perSecond
    await clients.call('expect', 2 * events + paced, true)
    const publishedAt = await publisher.call('publish', paced, 1000 / perSecond)
    const { arrivals = new Float64Array() } = await clients.call('finished')
    const width = 2 * events + paced
    const latencies = new Float64Array(connections * paced)
    for (let client = 0; client < connections; client++)
      for (let n = 0; n < paced; n++)
        latencies[client * paced + n] = Number(arrivals[client * width + 2 * events + n]) - Number(publishedAt[n])

    return {
      perSecond: (events / (at - startedAt)) * 1000,
      cpu: ((after.cpu - before.cpu) * 1000) / (connections * events),
      commands: (after.commands - before.commands) / events,
      latencies,
    }
  })

async function onStage<T>({ processes, redis }: Setting, use: (stage: Stage) => Promise<T>): Promise<T> {
  const own = redis ? await startRedis() : undefined
  const watcher = own && new Redis({ path: own.path })
  const servers = Array.from({ length: processes }, () =>
    startWorker<ServerCommands>('../scale/serve.ts', ...(own ? [own.path] : [])),
  )
  const clients = startWorker<ClientCommands>('clients.ts')
  try {
    return await use({
      servers,
      clients,
      commands: async () => (watcher ? commandsOf(await watcher.info('stats')) : 0),
    })
  } finally {
    await Promise.all([...servers, clients].map((worker) => worker.stop()))
    watcher?.disconnect()
    own?.stop()
  }
}

const commandsOf = (stats: string): number => Number(/^total_commands_processed:(\d+)/m.exec(stats)?.[1])
