import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { fileLog } from '../../server/node.ts'
import { redisLog } from '../../server/redis/index.ts'
import { createApi } from './api.ts'
import { createFaults } from './faults.ts'
import { createShopHub } from './hub.ts'
import { openOrders } from './orders.ts'
import { reportToOperators } from './report.ts'
import { simulate } from './simulation.ts'
import { createStreams } from './streams.ts'
import { createTokens } from './token.ts'

/*
 * The API server: a process of its own, so that it can be killed, and replaced by another. The supervisor starts
 * it with the folder of the log, a port and a number. The process answers with its port once it listens.
 */

const [folder, port, number] = process.argv.slice(2)
// Not among the arguments, which every user of a machine can read.
const { HEADWATER_DEMO_SECRET: secret, HEADWATER_DEMO_REDIS: redis } = process.env
if (!folder || !secret) throw new Error('The API server is started by demo/start.ts')

/** How long everybody has to go over to the next process, in milliseconds. */
const DRAIN = 5000

/** How many events can be replayed: some four minutes. */
const SIZE = 2000

/** Of several processes one publishes. A single one does so too. */
const isShop = redis === undefined || Number(number) === 0

mkdirSync(folder, { recursive: true })
// On the device before anybody hears of it: this process may be killed at any moment, and on any system. Started again, it has the
// same epoch and the same events, and clients resume. Several processes share a log in Redis.
const log = redis
  ? await redisLog(new Redis({ path: redis, lazyConnect: true }), { size: SIZE })
  : fileLog({ path: folder, size: SIZE, fsync: 'always' })
const orders = await openOrders(folder, log, isShop)
const tokens = createTokens(secret)
const streams = createStreams()
const faults = createFaults(streams)
const hub = createShopHub(log, tokens, faults.accepts)
const simulation = isShop ? await simulate(log, orders, hub) : undefined
let draining = false
reportToOperators(hub, () => ({ process: Number(number), isOneOfSeveral: redis !== undefined, draining }))

const server = createServer(createApi({ hub, log, orders, tokens, faults, streams, simulation }))
server.listen(Number(port ?? 0), '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))

// In two steps. Nothing is written any more, so that the next process can open the log; streams stay open meanwhile.
async function handOver(): Promise<void> {
  await simulation?.stop()
  await log.close()
  process.send?.('handed over')
}

// Once the next one listens: everybody is asked to come back, each at another time, and meets it.
async function drain(): Promise<void> {
  draining = true
  await hub.close({ drain: DRAIN })
  process.exit()
}

process.on('message', (message) => {
  if (message === 'hand over') void handOver()
  if (message === 'drain') void drain()
})
// This process ends with the supervisor, however that ends.
process.on('disconnect', () => process.exit())
// Ctrl+C reaches every process of the terminal; the supervisor alone decides when this one ends.
process.on('SIGINT', () => {})
