export type { RedisClient } from './link.ts'
export type { RedisLogOptions } from './options.ts'
export { redisLog } from './redis-log.ts'
export type { RedisLog } from './shared-log.ts'
