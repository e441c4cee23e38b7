import {
  createHub,
  type EventLog,
  type HubProcess,
  type HubStats,
  type LogEntry,
  type LogUnavailableError,
  memoryRelay,
  type Relay,
  type RelayMessage,
} from 'headwater/server'
import { type RedisClient, type RedisLog, type RedisLogOptions, redisLog } from 'headwater/server/redis'
import { Cluster, Redis } from 'ioredis'
import { expectTypeOf } from 'vitest'

/*
 * The log in Redis, as an application sees it.
 */

const log = await redisLog(new Redis(), { prefix: 'shop', size: 1000, maxAge: 60_000, timeout: 1000 })
expectTypeOf(log).toEqualTypeOf<RedisLog>()
expectTypeOf(log).toExtend<EventLog>()
expectTypeOf(log.append).returns.toEqualTypeOf<Promise<LogEntry>>()
expectTypeOf(log.available).toEqualTypeOf<boolean>()
expectTypeOf<LogUnavailableError['written']>().toEqualTypeOf<false | 'unknown'>()
createHub({ log })

const cluster: RedisClient = new Cluster([{ host: 'localhost' }])
redisLog(cluster)
redisLog(new Redis('redis://localhost'), { onWarning: (text) => console.log(text.length) })
const unset: RedisLogOptions = { prefix: undefined, size: undefined }
redisLog(cluster, unset)

// @ts-expect-error: the hub takes the log, not the promise of one.
createHub({ log: redisLog(new Redis()) })
// @ts-expect-error: it takes a client, not an address.
redisLog('redis://localhost')
redisLog(cluster, { shards: 4 })
// @ts-expect-error: a number of shards, not their servers.
redisLog(cluster, { shards: [cluster] })
// @ts-expect-error: one prefix.
redisLog(cluster, { prefix: ['a'] })
// @ts-expect-error: what can be read is the log's to say.
log.available = true

expectTypeOf(log.relay).toEqualTypeOf<Relay>()
expectTypeOf(memoryRelay()).toEqualTypeOf<Relay>()
createHub({ relay: memoryRelay() })
createHub({ relay: { send: async (message: RelayMessage) => console.log(message['kind']), subscribe: () => () => {} } })
// @ts-expect-error: a relay that hears nothing.
createHub({ relay: { send() {} } })
expectTypeOf(createHub({ log }).processes()).toEqualTypeOf<HubProcess[]>()
expectTypeOf<HubProcess['stats']>().toEqualTypeOf<HubStats>()
