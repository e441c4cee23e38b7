export type { RedisClient } from './link.ts'
export type { RedisLogOptions } from './options.ts'
export { type RedisLog, redisLog } from './redis-log.ts'
