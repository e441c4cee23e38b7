import { until } from '../until.ts'
import { startCluster } from './cluster.ts'
import { sleep } from './faults.ts'
import type { RedisServer } from './server.ts'
import type { Stage } from './stages.ts'

/*
 * A cluster whose slots move from node to node, as when it grows. Nothing is lost, and nobody takes over.
 */

/** How the keys of a slot move. */
interface Move {
  /** Between two steps, in milliseconds. Meanwhile a key is at the old node, and another one of its slot at the new one. */
  readonly pause: number
  /** How many keys move in one step. */
  readonly together: number
}

/** As `redis-cli --cluster reshard` does it. */
const AT_ONCE: Move = { pause: 0, together: 100 }
/** Each key for itself, so that Redis has to refuse what needs two of them. */
const BIT_BY_BIT: Move = { pause: 300, together: 1 }
/** Together, and the slot stays open for a while: then the old node answers for what it has, and sends on for what it has not. */
const LEFT_OPEN: Move = { pause: 1000, together: 100 }

const SHARDS = 12
const LOG = '{headwater}:log'

type Node = RedisServer

const idOf = async (node: Node): Promise<string> => `${await node.ask('CLUSTER', 'MYID')}`

export async function moving(): Promise<Stage> {
  const { servers, holder } = await startCluster(0)

  /** Moves the keys of a slot from one node to the other, while clients are sent back and forth. */
  async function moveKeys(slot: string, from: Node, to: Node, { pause, together }: Move): Promise<void> {
    await to.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(from))
    await from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await idOf(to))
    await sleep(pause)
    for (;;) {
      const keys = (await from.ask('CLUSTER', 'GETKEYSINSLOT', slot, `${together}`)) as string[]
      if (!keys.length) return
      await from.ask('MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '5000', 'KEYS', ...keys)
      await sleep(pause)
    }
  }

  /** The slot of a key goes to the next node. */
  async function move(key: string, how: Move): Promise<void> {
    const from = await until(`a node with ${key}`, () => holder(key))
    const to = servers[(servers.indexOf(from) + 1) % servers.length] as Node
    const slot = `${await from.ask('CLUSTER', 'KEYSLOT', key)}`
    await moveKeys(slot, from, to, how)
    const id = await idOf(to)
    // The new node first, or nobody would have it for a moment.
    for (const node of [to, from, ...servers]) await node.ask('CLUSTER', 'SETSLOT', slot, 'NODE', id)
  }

  const anyShard = (random: () => number): string => `{headwater:${Math.floor(random() * SHARDS)}}:payloads`
  return {
    address: { kind: 'cluster', ports: servers.map(({ port }) => port) },
    shards: SHARDS,
    faults: {
      'the slot of the log moves to another node': () => move(LOG, AT_ONCE),
      'the slot of the log moves, and stays open for seconds': () => move(LOG, LEFT_OPEN),
      'the slot of the log moves key by key': () => move(LOG, BIT_BY_BIT),
      'the slots of all payloads move': async () => {
        for (let n = 0; n < SHARDS; n++) await move(`{headwater:${n}}:payloads`, AT_ONCE)
      },
      'the slot of a shard moves, and stays open for seconds': (random) => move(anyShard(random), LEFT_OPEN),
    },
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  }
}
