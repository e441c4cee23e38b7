import { monotonic } from '../../src/base/clock.ts'
import { mintEpoch } from '../log/log.ts'
import { LogUnavailableError } from '../log/unavailable.ts'
import { isPassing, isReplica, Link, type RedisClient } from './link.ts'
import { type RedisLogOptions, type RedisLogSettings, resolveRedisLogOptions } from './options.ts'
import { preload } from './preload.ts'
import { createRelay } from './relay.ts'
import { type RedisLog, SharedLog, type SharedLogParts } from './shared-log.ts'
import { Store } from './store.ts'
import { clock, pause } from './time.ts'

/** So many of the newest events are in memory at the start, with so much text. */
const PRELOAD = 1000
const PRELOAD_CHARACTERS = 16 * 1024 * 1024
/** Between two tries, in milliseconds. */
const PAUSE = 50

/**
 * A log in Redis, for any number of processes: what one publishes, the clients of all get, and a client resumes at any of them.
 *
 * @example
 * const log = await redisLog(new Redis('redis://localhost', { lazyConnect: true }))
 * const hub = createHub({ log })
 *
 * @param redis - A client of ioredis. The log makes connections of its own like it, and does not use or close this one.
 * @returns Rejects with a LogUnavailableError if Redis cannot be reached, or does not answer, within
 * `startTimeout`; with what Redis answers if it refuses; with a TypeError for an option that cannot work.
 */
export async function redisLog(redis: RedisClient, options: RedisLogOptions = {}): Promise<RedisLog> {
  const settings = resolveRedisLogOptions(options)
  const commands = new Link(redis)
  const payloads = settings.shards > 1 ? new Link(redis) : commands
  const links = { commands, reader: new Link(redis), subscriber: new Link(redis), payloads }
  try {
    return new SharedLog(await open(settings, links))
  } catch (error) {
    for (const link of Object.values(links)) link.close()
    throw error
  }
}

/** The first questions to Redis. All of them have one time. */
async function open(settings: RedisLogSettings, links: SharedLogParts['links']): Promise<SharedLogParts> {
  const { timeout, startTimeout, size } = settings
  const deadline = monotonic(clock) + startTimeout
  const left = (): number => deadline - monotonic(clock)
  const unavailable = (cause: unknown): LogUnavailableError =>
    new LogUnavailableError(
      `the log in Redis could not be opened within ${startTimeout} ms: ${cause instanceof Error ? cause.message : 'no answer'}`,
      false,
      { cause },
    )
  /** Asks until Redis does it, or the time is over. */
  async function insist<T>(link: Link, step: (ms: number) => Promise<T>): Promise<T> {
    for (let last: unknown; ; ) {
      if (!(await link.ready(left())) || left() <= 0) throw unavailable(link.error ?? last)
      try {
        return await step(Math.min(left(), timeout))
      } catch (error) {
        if (!isPassing(error)) throw error
        last = error
        if (isReplica(error)) link.reconnect()
        await pause(PAUSE)
      }
    }
  }
  const node = mintEpoch()
  const store = new Store(settings, node, links)
  for (const link of Object.values(links)) if (!(await link.ready(left()))) throw unavailable(link.error)
  const standing = await insist(links.commands, (ms) => store.verify({ epoch: '', term: 0, head: 0, uid: '' }, ms))
  const relay = await insist(links.subscriber, (ms) => createRelay({ ...settings, ...links, node, patience: ms }))
  const newest = await preload(store, standing.seq, {
    count: Math.min(PRELOAD, size),
    characters: PRELOAD_CHARACTERS,
    isOver: () => left() <= 0,
  })
  return { settings, links, relay, node, store, standing, newest }
}
