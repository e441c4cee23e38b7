import type { Redis } from 'ioredis'

/*
 * Makes a Redis Cluster of servers that run already. The tests, the benches and the proofs each start their servers in their own way.
 */

const SLOTS = 16_384
/** Between two questions, in milliseconds. */
const PAUSE = 50

async function until(ask: () => Promise<boolean>): Promise<void> {
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, PAUSE))
}

/**
 * Resolves when all of them serve all slots.
 * @param nodes - Clients of empty servers with `cluster-enabled`, on this machine.
 * @param masters - How many of them are masters. Each has an equal part of the slots. The others are their replicas, in turn.
 */
export async function formCluster(nodes: readonly Redis[], masters: number = nodes.length): Promise<void> {
  const [first] = nodes
  for (const [n, node] of nodes.entries()) {
    const [begin, end] = [Math.floor((n * SLOTS) / masters), Math.floor(((n + 1) * SLOTS) / masters) - 1]
    if (n < masters) await node.cluster('ADDSLOTSRANGE', begin, end)
    // Two nodes with the same epoch may take each other's slots later.
    await node.cluster('SET-CONFIG-EPOCH', n + 1)
    if (n) await node.cluster('MEET', '127.0.0.1', first?.options.port ?? 0)
  }
  for (const node of nodes)
    await until(async () => `${await node.cluster('INFO')}`.includes(`cluster_known_nodes:${nodes.length}`))
  for (const [n, node] of nodes.entries())
    if (n >= masters) await node.cluster('REPLICATE', `${await nodes[n % masters]?.cluster('MYID')}`)
  for (const node of nodes)
    await until(async () => {
      const info = `${await node.cluster('INFO')}`
      const role = (await node.role()) as unknown[]
      const isLinked = role[0] === 'master' || role[3] === 'connected'
      return isLinked && info.includes('cluster_state:ok') && info.includes(`cluster_slots_assigned:${SLOTS}`)
    })
}
