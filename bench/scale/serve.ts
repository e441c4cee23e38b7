import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createHub, memoryLog } from '../../server/index.ts'
import { toNodeHandler } from '../../server/node.ts'
import { redisLog } from '../../server/redis/index.ts'
import { payload, TYPE } from '../server/payload.ts'
import { answer, cpu, now } from '../server/processes.ts'

/*
 * The process of one server. `node bench/scale/serve.ts [path]`: the socket of a Redis. Without it the log is in memory.
 */

const [, , redis] = process.argv
const log = redis ? await redisLog(new Redis({ path: redis, lazyConnect: true })) : memoryLog()
const hub = createHub({ log, limits: { clients: Infinity } })
const server = createServer(toNodeHandler(hub)).listen(0, '127.0.0.1', 4096)
await once(server, 'listening')

/** So many events wait for Redis at a time: one after the other, an event would wait for the last one. */
const IN_FLIGHT = 32
let published = 0

const commands = {
  cpu,
  port: () => (server.address() as AddressInfo).port,

  /** Resolves when so many are connected. */
  async connected(clients: number): Promise<void> {
    while (hub.stats().clients !== clients) await sleep(5)
  },

  /**
   * As fast as the log takes them, or in the given rhythm.
   * @param pause - Milliseconds between two events.
   * @returns When each was published.
   */
  async publish(events: number, pause = 0): Promise<Float64Array> {
    const at = new Float64Array(events)
    const inFlight = new Set<Promise<unknown>>()
    for (let n = 0; n < events; n++) {
      at[n] = now()
      const done: Promise<unknown> = hub.publish(TYPE, payload(published++)).finally(() => inFlight.delete(done))
      inFlight.add(done)
      if (pause) await sleep(pause)
      else if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight)
    }
    await Promise.all(inFlight)
    return at
  },
} as const

export type ServerCommands = typeof commands

answer(commands)
