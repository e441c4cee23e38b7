import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHub, LogUnavailableError } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { redisLog } from 'headwater/server/redis'
import { type Address, connect } from './connect.ts'

/*
 * One of several processes that serve the same events. It publishes until it is killed, and says what it has published.
 *
 * node hub.ts <address of Redis as JSON> <shards> <name> <pause in milliseconds>
 */

const [, , address = '', shards = '', name = '', pause = ''] = process.argv
const say = (...words: readonly unknown[]): boolean => process.stdout.write(`${words.join(' ')}\n`)

/** Redis may be away while a process starts: an orchestrator would start it once more. */
async function open() {
  for (;;) {
    const redis = connect(JSON.parse(address) as Address)
    redis.on('error', () => {})
    try {
      return await redisLog(redis, { size: 100_000, shards: Number(shards), timeout: 3000, onWarning: () => {} })
    } catch (error) {
      say('warning', `${error}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    } finally {
      redis.disconnect()
    }
  }
}

const log = await open()
const hub = createHub({
  log,
  heartbeat: 2000,
  maxAge: 10_000,
  // What the log and the relay cannot do while Redis is away is no news here.
  onError: (error, where) => where !== 'log' && where !== 'relay' && say('error', where, error),
})
const server = createServer(toNodeHandler(hub)).listen(0, '127.0.0.1', () =>
  say('listening', (server.address() as AddressInfo).port),
)
process.stdin.on('end', () => process.exit()).resume()

for (let n = 1; ; n++) {
  const text = `${name}-${n}`
  await hub.publish('n', text).then(
    ({ id }) => say('published', text, id),
    (error) => say('rejected', text, error instanceof LogUnavailableError ? error.written : 'unknown'),
  )
  await new Promise((resolve) => setTimeout(resolve, Number(pause) * (0.5 + Math.random())))
}
