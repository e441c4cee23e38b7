import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findRedis } from '../../scripts/redis.mjs'

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

const SLOTS = 16_384
const HOST = '127.0.0.1'

/** A port that is free, and whose port for the nodes among themselves is one too. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, HOST, () => {
        const { port } = server.address() as AddressInfo
        server.close(() => resolve(port))
      })
    })
    // Redis adds 10,000.
    if (port < 55_000) return port
  }
}

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
  for (const [n, client] of clients.entries()) {
    await client.cluster('ADDSLOTSRANGE', Math.floor((n * SLOTS) / count), Math.floor(((n + 1) * SLOTS) / count) - 1)
    await client.cluster('MEET', HOST, nodes[0]?.port ?? 0)
  }
  const isReady = async (client: Redis): Promise<boolean> => {
    const info = `${await client.cluster('INFO')}`
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`)
  }
  for (const client of clients) while (!(await isReady(client))) await new Promise((resolve) => setTimeout(resolve, 50))
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
