import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { ViteDevServer } from 'vite'
import { createTokens } from './server/token.ts'
import { type Api, startApi } from './supervisor/api.ts'
import { startFleet } from './supervisor/fleet.ts'
import { gateway } from './supervisor/gateway.ts'
import { startRedis } from './supervisor/redis.ts'
import { restartOnChange } from './supervisor/watch.ts'
import { startWeb } from './supervisor/web.ts'

/*
 * `npm run demo [-- --port 8080]` starts the API server and the pages, and sees to it that both end together.
 * `npm run demo -- --processes 4 --redis` starts four API servers behind a balancer, with one log in a Redis of their own.
 * `npm run dev` does the same with `--watch`: what is saved takes effect at once.
 */

let api: Api | undefined
let web: ViteDevServer | undefined

async function stop(code: number): Promise<void> {
  process.exitCode = code
  await api?.stop()
  await web?.close()
  process.exit()
}

function report(error: unknown): void {
  console.error(`headwater demo: ${error instanceof Error ? error.message : error}`)
}

function fail(error: unknown): void {
  report(error)
  void stop(1)
}

interface Options {
  /** Undefined if none was asked for. */
  readonly port: number | undefined
  readonly watch: boolean
  /** Undefined: one process, without Redis. */
  readonly processes: number | undefined
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', short: 'p' },
      watch: { type: 'boolean', default: false },
      redis: { type: 'boolean', default: false },
      processes: { type: 'string' },
    },
  })
  const { watch, redis } = values
  if (values.processes !== undefined && !redis)
    throw new Error('--processes needs --redis: processes that share no log would each have events of their own.')
  if (redis && watch) throw new Error('--watch takes one process: leave out --redis.')
  const processes = numberOf('--processes', values.processes ?? '4', PROCESSES)
  const text = values.port ?? process.env['PORT']
  const port = text === undefined ? undefined : numberOf('--port', text, PORTS)
  return { port, watch, processes: redis ? processes : undefined }
}

interface Range {
  readonly least: number
  readonly most: number
  readonly meaning: string
}

const PROCESSES: Range = { least: 1, most: 16, meaning: 'how many API servers there are' }
const PORTS: Range = { least: 0, most: 65_535, meaning: '0 is any that is free' }

function numberOf(option: string, text: string, { least, most, meaning }: Range): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new Error(`${option} wants a number from ${least} to ${most} (${meaning}), not "${text}".`)
}

process.once('SIGINT', () => void stop(0))
process.once('SIGTERM', () => void stop(0))

try {
  const { port, watch, processes } = readOptions()
  // The next change may mend it.
  const failed = watch ? report : fail
  // New each time, and known to both: whichever process comes next knows the tokens of the last.
  const secret = randomBytes(32).toString('hex')
  api =
    processes === undefined
      ? await startApi(secret, failed)
      : await startFleet({ secret, redis: await startRedis(), processes, crashed: failed })
  web = await startWeb(port, gateway(api, createTokens(secret), failed), watch).catch((error) => {
    if (!/already in use/.test(`${error}`)) throw error
    throw new Error(`port ${port} is taken. Choose another with --port, or 0 for any that is free.`)
  })
  if (watch) restartOnChange(web.watcher, api, report)
  console.log(`headwater demo: ${web.resolvedUrls?.local[0]} (Ctrl+C ends it)`)
} catch (error) {
  fail(error)
}
