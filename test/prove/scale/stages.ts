import { until } from '../until.ts'
import { type Address, MASTER } from './connect.ts'
import { cut, evict, freeze, restart, sleep, takenOver } from './faults.ts'
import { RedisServer } from './server.ts'

/*
 * The Redis of a scenario, and what can happen to it.
 */

/**
 * What happens to Redis. It resolves when Redis works again, or when its replica has taken over, and rejects if nothing has happened.
 * `random`: from 0 to 1.
 */
type Fault = (random: () => number) => Promise<void>

export interface Stage {
  readonly address: Address
  /** Of the log. 1 by default. */
  readonly shards?: number
  /** By their names, as the document shows them. */
  readonly faults: Readonly<Record<string, Fault>>
  stop(): Promise<void>
}

const single = ({ port }: RedisServer): Address => ({ kind: 'single', port })

/** Nothing is lost in Redis. */
export async function durable(): Promise<Stage> {
  const server = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always')
  return {
    address: single(server),
    faults: {
      'Redis is killed, and starts again with its data': () => restart(server),
      'Redis stands still for 1 to 6 s': (random) => freeze(server, 1000 + 5000 * random()),
      'Redis is busy with one command for 1 s': async () => void (await server.ask('DEBUG', 'SLEEP', '1')),
      'all connections to Redis are cut': () => cut(server, 'normal'),
      'all Pub/Sub connections are cut': () => cut(server, 'pubsub'),
    },
    stop: () => server.stop(),
  }
}

/** Redis forgets. */
export async function forgetful(): Promise<Stage> {
  const server = await RedisServer.start('--maxmemory-policy', 'allkeys-lru')
  return {
    address: single(server),
    faults: {
      'Redis is killed, and starts again without its data': () => restart(server),
      FLUSHALL: async () => void (await server.ask('FLUSHALL')),
      'the memory is full, and keys are evicted': () => evict(server),
      'the memory is full, and nothing is evicted': async () => {
        await server.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
        await server.ask('CONFIG', 'SET', 'maxmemory', '1')
        await sleep(1500)
        await server.ask('CONFIG', 'SET', 'maxmemory', '0')
        await server.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
      },
    },
    stop: () => server.stop(),
  }
}

/** A master, two replicas and three Sentinels. */
export async function sentinel(): Promise<Stage> {
  const master = await RedisServer.start()
  const replicaOf = ['--replicaof', '127.0.0.1', `${master.port}`]
  const servers = [master, ...(await Promise.all([RedisServer.start(...replicaOf), RedisServer.start(...replicaOf)]))]
  const configuration = [
    `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${MASTER} 1000`,
    `sentinel failover-timeout ${MASTER} 4000`,
  ].join('\n')
  const startOne = (): Promise<RedisServer> => RedisServer.startSentinel(`${configuration}\n`)
  const [first, ...others] = [await startOne(), await startOne(), await startOne()] as const
  const sentinels = [first, ...others]
  const current = async (): Promise<RedisServer | undefined> => {
    const [, port] = (await first.ask('SENTINEL', 'get-master-addr-by-name', MASTER)) as [string, string]
    return servers.find((server) => `${server.port}` === port)
  }
  // Until the Sentinels know each other and the replicas.
  await sleep(3000)
  return {
    address: { kind: 'sentinel', ports: sentinels.map(({ port }) => port) },
    faults: {
      'the master is killed, a replica takes over, and the old master comes back': async () => {
        const old = await until('a master', current)
        await old.kill()
        await takenOver(old, current)
        await old.start()
      },
      'the master stands still, a replica takes over, and the old master goes on': async () => {
        const old = await until('a master', current)
        old.freeze()
        await takenOver(old, current)
        old.thaw()
      },
      'a failover by hand': async () => {
        const old = await until('a master', current)
        await takenOver(old, current, () => first.ask('SENTINEL', 'FAILOVER', MASTER))
      },
    },
    stop: async () => void (await Promise.all([...sentinels, ...servers].map((server) => server.stop()))),
  }
}
