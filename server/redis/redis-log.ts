import { mintEpoch } from '../log/log.ts'
import { Link, type RedisClient } from './link.ts'
import { type RedisLogOptions, resolveRedisLogOptions } from './options.ts'
import { createRelay } from './relay.ts'
import { type RedisLog, SharedLog } from './shared-log.ts'
import { Store } from './store.ts'

/** So many of the newest events are in memory at the start: what clients of a process that was replaced have missed. */
const PRELOAD = 1000

/**
 * A log in Redis, for any number of processes: what one publishes, the clients of all get, and a client resumes at any of them.
 *
 * @example
 * const log = await redisLog(new Redis('redis://localhost', { lazyConnect: true }))
 * const hub = createHub({ log })
 *
 * @param redis - A client of ioredis. The log makes connections of its own like it, and does not use or close this one.
 * @returns Rejects if Redis cannot be reached within `timeout`; with a TypeError for an option that cannot work.
 */
export async function redisLog(redis: RedisClient, options: RedisLogOptions = {}): Promise<RedisLog> {
  const settings = resolveRedisLogOptions(options)
  const commands = new Link(redis)
  const payloads = settings.shards > 1 ? new Link(redis) : commands
  const links = { commands, reader: new Link(redis), subscriber: new Link(redis), payloads }
  try {
    for (const link of Object.values(links))
      if (!(await link.ready(settings.timeout)))
        throw new Error(`Redis cannot be reached: ${link.error?.message ?? `no answer within ${settings.timeout} ms`}`)
    const node = mintEpoch()
    const store = new Store(settings, node, links)
    const relay = await createRelay({ ...settings, ...links, node })
    const standing = await store.verify({ epoch: '', term: 0, head: 0, uid: '' })
    const newest = await store.newest(standing.seq, Math.min(PRELOAD, settings.size))
    return new SharedLog({ settings, links, relay, node, store, standing, newest })
  } catch (error) {
    for (const link of Object.values(links)) link.close()
    throw error
  }
}
