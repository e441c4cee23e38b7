import { createMockServer, type MockServer, type MockServerOptions, type Step } from '../../testing/node.ts'
import { UsageError } from '../command-line/args.ts'
import type { Host } from '../host.ts'
import { createLog, type Log } from '../terminal/log.ts'
import { createPaint } from '../terminal/palette.ts'
import { formatDuration } from '../terminal/time.ts'
import { visible } from '../terminal/visible.ts'
import { createMockLog } from './activity.ts'
import { linesOf } from './lines.ts'
import { type MockCommandOptions, readMockOptions } from './options.ts'
import { readScriptFile } from './script-file.ts'
import { startTicking } from './ticker.ts'

/*
 * `headwater mock`: the kit's mock server, controlled by lines of stdin and by its control endpoint.
 */

/**
 * Runs until a signal ends it.
 * @returns The exit code.
 * @throws UsageError
 */
export async function mock(argv: readonly string[], host: Host): Promise<number> {
  const options = readMockOptions(argv)
  const { clock, stdout, stderr } = host
  const log = createLog(stderr, options.quiet ? 'quiet' : 'normal', clock, createPaint(stderr))
  const sayError = (line: string): void => log.say(`${log.paint('red', 'headwater:')} ${visible(line)}`)

  const server = await start(options, createMockLog(clock, log.note)).catch((error: unknown) => {
    if (error instanceof UsageError || !(error instanceof Error) || !('code' in error)) throw error
    sayError(error.message)
  })
  if (!server) return 1
  const ended = signalled(host)
  // A program that has read the URL may close the pipe.
  stdout.on('error', () => {})
  stdout.write(`${server.url}\n`)
  if (!options.quiet) log.say(hints(server, options))
  const stop = options.file === undefined && options.tick ? startTicking(server, options.tick, clock) : () => {}
  void runLines(host.stdin, server, log, sayError)

  const off = await ended
  stop()
  await server.close()
  off()
  return 0
}

/** @throws UsageError for a script that is wrong; an error with a `code` if it cannot listen. */
async function start(
  { file, port, host, cors, replay, introduce, tick }: MockCommandOptions,
  onActivity: MockServerOptions['onActivity'],
): Promise<MockServer> {
  const script = file === undefined ? { replay: tick > 0 } : await readScriptFile(file)
  const flags = { ...(replay && { replay }), ...(introduce && { introduce }) }
  try {
    return await createMockServer({ ...script, ...flags, port, host, cors, onActivity })
  } catch (error) {
    throw error instanceof TypeError && file !== undefined ? new UsageError(`${file}: ${error.message}`) : error
  }
}

/** Resolves with the first signal: with what stops listening for more. */
const signalled = (host: Host): Promise<() => void> =>
  new Promise((resolve) => {
    const off = host.onSignal(() => resolve(off))
  })

/** A hint for the next attempt. */
function hints({ url, controlUrl }: MockServer, { file, tick }: MockCommandOptions): string {
  const streams = file ? `as ${file} says` : tick ? `a tick every ${formatDuration(tick)}` : 'left to you'
  return `Every path is a stream, ${streams}. To see one:
  headwater listen ${url}
  curl -N ${url}
To have something done, from another terminal or by a line of JSON here:
  curl -d '{"send":{"event":"order.created","data":{"id":"A-1"}}}' ${controlUrl}/do
  {"drop":true}`
}

/** Does what the lines of stdin say, one after the other, for as long as there are any. */
async function runLines(
  stdin: AsyncIterable<Uint8Array | string>,
  server: MockServer,
  { note }: Log,
  sayError: (line: string) => void,
): Promise<void> {
  try {
    for await (const line of linesOf(stdin)) {
      if (!line.trim()) continue
      try {
        const read: unknown = JSON.parse(line)
        const steps = (Array.isArray(read) ? read : [read]) as readonly Step[]
        const reached = await server.perform(...steps)
        note(`done to ${reached} ${reached === 1 ? 'stream' : 'streams'}`)
      } catch (error) {
        sayError(error instanceof SyntaxError ? `this line is not JSON: ${error.message}` : (error as Error).message)
      }
    }
  } catch {
    // A terminal that was closed reads as an error. The server does not need it.
  }
}
