import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../../scripts/free-port.ts'
import { findRedis } from '../../scripts/redis.mjs'
import { formCluster } from '../../scripts/redis-cluster.ts'

/*
 * The nodes of a Redis Cluster, as processes of this machine. Each has its part of the slots, and no replica.
 */

/** What a node has done since its start. */
interface Figures {
  /** Bytes to clients. */
  readonly sent: number
  /** Bytes in use. */
  readonly memory: number
  readonly commands: number
}

export interface Nodes {
  readonly addresses: readonly { readonly host: string; readonly port: number }[]
  figures(): Promise<Figures[]>
  stop(): void
}

const HOST = '127.0.0.1'

async function startNode(folder: string): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const program = findRedis()
  if (!program) throw Error('there is no redis-server: `npm run redis` installs it, or says how')
  const port = await freePort()
  const fixed = ['--port', `${port}`, '--bind', HOST, '--dir', folder, '--save', '', '--cluster-enabled', 'yes']
  const file = ['--cluster-config-file', `nodes-${port}.conf`, '--cluster-announce-ip', HOST]
  return { port, child: spawn(program, [...fixed, ...file], { stdio: 'ignore' }) }
}

const figureOf = (info: string, name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1])

export async function startNodes(count: number): Promise<Nodes> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-shards-'))
  const nodes = await Promise.all(Array.from({ length: count }, () => startNode(folder)))
  const clients = nodes.map(
    ({ port }) => new Redis({ port, host: HOST, retryStrategy: () => 50, maxRetriesPerRequest: null }),
  )
  for (const client of clients) client.on('error', () => {})
  await formCluster(clients)
  return {
    addresses: nodes.map(({ port }) => ({ host: HOST, port })),
    figures: () =>
      Promise.all(
        clients.map(async (client) => {
          const info = await client.info()
          return {
            sent: figureOf(info, 'total_net_output_bytes'),
            memory: figureOf(info, 'used_memory_dataset'),
            commands: figureOf(info, 'total_commands_processed'),
          }
        }),
      ),
    stop() {
      for (const client of clients) client.disconnect()
      for (const { child } of nodes) child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
