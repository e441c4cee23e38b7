import { Redis } from 'ioredis'
import { formCluster } from '../../../scripts/redis-cluster.ts'
import { until } from '../until.ts'
import { sleep, takenOver } from './faults.ts'
import { RedisServer } from './server.ts'
import type { Stage } from './stages.ts'

/*
 * A cluster of Redis, and what can happen to it.
 */

/** Three masters, each with so many replicas. */
export async function startCluster(replicas: number) {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--appendonly', 'yes']
  const servers = await Promise.all(Array.from({ length: 3 + 3 * replicas }, () => RedisServer.start(...args)))
  const clients = servers.map(({ port }) => new Redis({ port, host: '127.0.0.1' }))
  await formCluster(clients, 3)
  for (const client of clients) client.disconnect()
  /** The node that has a key. */
  async function holder(key: string): Promise<RedisServer | undefined> {
    for (const server of servers) {
      const role = (await server.ask('ROLE').catch(() => [])) as unknown[]
      if (role[0] !== 'master') continue
      const keys = (await server.ask('KEYS', key).catch(() => [])) as unknown[]
      if (keys.length) return server
    }
    return undefined
  }
  /** Kills the node that has a key, waits until its replica has taken over, and starts it again. */
  async function replace(key: string): Promise<void> {
    const old = await until(`a node with ${key}`, () => holder(key))
    await old.kill()
    await takenOver(old, () => holder(key))
    await old.start()
    // Until it could take over itself.
    while (((await old.ask('ROLE')) as unknown[])[3] !== 'connected') await sleep(100)
  }
  /** Asks the replica of a node to take over. */
  async function promoteReplicaOf({ port }: RedisServer): Promise<void> {
    for (const server of servers) {
      const [role, , master] = (await server.ask('ROLE')) as unknown[]
      if (role === 'slave' && master === port) await server.ask('CLUSTER', 'FAILOVER')
    }
  }
  return { servers, holder, replace, promoteReplicaOf }
}

const LOG = '{headwater}:log'

export async function cluster(): Promise<Stage> {
  const { servers, holder, replace, promoteReplicaOf } = await startCluster(1)
  return {
    address: { kind: 'cluster', ports: servers.map(({ port }) => port) },
    faults: {
      'the node with the log is killed, its replica takes over, and it comes back': () => replace(LOG),
      'CLUSTER FAILOVER of the node with the log': async () => {
        const old = await until('a node with the log', () => holder(LOG))
        await takenOver(
          old,
          () => holder(LOG),
          () => promoteReplicaOf(old),
        )
      },
    },
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  }
}

/** So many that each node has some of them, and loses some. */
const SHARDS = 12

export async function sharded(): Promise<Stage> {
  const { servers, holder, replace } = await startCluster(1)
  /** The payloads of any shard that has some. */
  const anyPayloads = (random: () => number): Promise<string> =>
    until('a shard with payloads', async () => {
      const key = `{headwater:${Math.floor(random() * SHARDS)}}:payloads`
      return (await holder(key)) && key
    })
  return {
    address: { kind: 'cluster', ports: servers.map(({ port }) => port) },
    shards: SHARDS,
    faults: {
      'the node with the log is killed, its replica takes over, and it comes back': () => replace(LOG),
      'a node with payloads is killed, its replica takes over, and it comes back': async (random) =>
        replace(await anyPayloads(random)),
      'a node forgets the payloads of a shard': async (random) => {
        const key = await anyPayloads(random)
        if (!(await (await holder(key))?.ask('DEL', key))) throw Error(`no payloads in ${key}`)
      },
    },
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  }
}
