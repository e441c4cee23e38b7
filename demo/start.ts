import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { ViteDevServer } from 'vite'
import { createTokens } from './server/token.ts'
import { type Api, startApi } from './supervisor/api.ts'
import { gateway } from './supervisor/gateway.ts'
import { restartOnChange } from './supervisor/watch.ts'
import { startWeb } from './supervisor/web.ts'

/*
 * `npm run demo [-- --port 8080]` starts the API server and the pages, and sees to it that both end together.
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

/** The port is undefined if none was asked for. */
function readOptions(): { port: number | undefined; watch: boolean } {
  const { values } = parseArgs({ options: { port: { type: 'string', short: 'p' }, watch: { type: 'boolean' } } })
  const { watch = false } = values
  const text = values.port ?? process.env['PORT']
  if (text === undefined) return { port: undefined, watch }
  const port = Number(text)
  if (/^\d+$/.test(text) && port < 65_536) return { port, watch }
  throw new Error(`--port wants a number from 0 (any that is free) to 65535, not "${text}".`)
}

process.once('SIGINT', () => void stop(0))
process.once('SIGTERM', () => void stop(0))

try {
  const { port, watch } = readOptions()
  // The next change may mend it.
  const failed = watch ? report : fail
  // New each time, and known to both: whichever process comes next knows the tokens of the last.
  const secret = randomBytes(32).toString('hex')
  api = await startApi(secret, failed)
  web = await startWeb(port, gateway(api, createTokens(secret), failed), watch).catch((error) => {
    if (!/already in use/.test(`${error}`)) throw error
    throw new Error(`port ${port} is taken. Choose another with --port, or 0 for any that is free.`)
  })
  if (watch) restartOnChange(web.watcher, api, report)
  console.log(`headwater demo: ${web.resolvedUrls?.local[0]} (Ctrl+C ends it)`)
} catch (error) {
  fail(error)
}
