import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { contestants } from './contestants.ts'
import type { Name } from './names.ts'
import { payload, varied } from './payload.ts'
import { answer, cpu, now } from './processes.ts'

/*
 * The process of the server: one contestant. `node bench/server/serve.ts <name> [--compress]`, with a channel to its parent process.
 * With `--compress` its events differ from each other as those of a shop do.
 */

/** In bytes. */
interface Memory {
  readonly rss: number
  /** Objects of JavaScript. */
  readonly heap: number
}

const name = process.argv[2] as Name
const compress = process.argv[3] === '--compress'
const contestant = await contestants[name](compress)
const make = compress ? varied : payload
const server = createServer(contestant.listener).listen(0, '127.0.0.1', 4096)
await once(server, 'listening')

let published = 0

const commands = {
  cpu,
  port: () => (server.address() as AddressInfo).port,

  /** Of what is still needed. */
  async memory(): Promise<Memory> {
    // The next collection finds objects that a finalizer releases.
    for (let times = 0; times < 3; times++) {
      globalThis.gc?.()
      await sleep(50)
    }
    const { rss, heapUsed } = process.memoryUsage()
    return { rss, heap: heapUsed }
  },

  /** Resolves when so many are connected. */
  async connected(clients: number): Promise<void> {
    while (contestant.size() !== clients) await sleep(5)
  },

  /**
   * @param burst - How many events in one turn of the event loop: those share writes.
   * @param pause - Milliseconds between two bursts; without it, a turn each.
   * @returns When each was published.
   */
  async publish(events: number, burst = 1, pause = 0): Promise<Float64Array> {
    const at = new Float64Array(events)
    for (let n = 0; n < events; ) {
      const publishing: unknown[] = []
      for (const end = Math.min(n + burst, events); n < end; n++) {
        at[n] = now()
        publishing.push(contestant.publish(make(published++)))
      }
      await Promise.all(publishing)
      await (pause ? sleep(pause) : turn())
    }
    return at
  },
} as const

export type ServerCommands = typeof commands

answer(commands)
