import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { createHub } from '../../../server/index.ts'
import { toNodeHandler } from '../../../server/node.ts'
import { redisLog } from '../../../server/redis/index.ts'

/*
 * One of several processes that serve the same events. It publishes until it is killed, and says what it has published.
 */

const [, , redisPort, name, pause] = process.argv
const say = (word: string): boolean => process.stdout.write(`${word}\n`)

const redis = new Redis({ port: Number(redisPort), host: '127.0.0.1', lazyConnect: true })
const log = await redisLog(redis, { size: 100_000, onWarning: () => {} })
const hub = createHub({ log, heartbeat: 1000, maxAge: 2000, onError: (error, where) => say(`error ${where} ${error}`) })
const server = createServer(toNodeHandler(hub)).listen(0, '127.0.0.1', () =>
  say(`listening ${(server.address() as AddressInfo).port}`),
)

// `stop`: no more events. The streams stay.
let isStopped = false
process.stdin.on('data', () => {
  isStopped = true
})
process.stdin.on('end', () => process.exit())

for (let n = 1; !isStopped; n++) {
  const text = `${name}-${n}`
  await hub.publish('n', text).then(
    () => say(`published ${text}`),
    () => say(`rejected ${text}`),
  )
  await new Promise((resolve) => setTimeout(resolve, Number(pause)))
}
say('stopped')
