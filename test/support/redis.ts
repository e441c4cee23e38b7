import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, onTestFinished } from 'vitest'
import { untilReady } from '../../demo/supervisor/redis.ts'
import { freePort } from '../../scripts/free-port.ts'
import { findRedis } from '../../scripts/redis.mjs'

/*
 * A Redis of a test's own: a child process in a folder of its own, on a port of this machine.
 */

const program = findRedis()
if (!program)
  console.warn('Tests with Redis are left out: there is no redis-server. `npm run redis` says how to install it.')

/** `describe` for tests that need Redis. Without it they are left out. */
export const describeRedis = describe.skipIf(!program)

export interface TestRedis {
  readonly port: number
  /** A client that is closed with the server. @param through - The port of a gate in front of it. */
  client(through?: number): Redis
  /** Ends the process as a power failure would, and waits until it is gone. */
  kill(): Promise<void>
  /** Starts it again, with the same folder and on the same port. */
  start(...args: readonly string[]): Promise<void>
  /** Stops the process without ending it: connections stay open, and nothing is answered. */
  freeze(): void
  thaw(): void
}

/** Runs it until it can be used. @returns Undefined if it ended before, because another program has the port by now. */
async function run(
  path: string,
  folder: string,
  port: number,
  args: readonly string[],
): Promise<ChildProcess | undefined> {
  const fixed = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--daemonize', 'no']
  const child = spawn(path, [...fixed, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await untilReady(child.stdout)
    return child
  } catch (error) {
    if (!`${error}`.includes('Address already in use')) throw error
    return undefined
  }
}

/** @param finished - Calls back when the server is not needed any more. By default, that is the end of the test. */
export async function startRedis(
  args: readonly string[] = [],
  finished: (end: () => Promise<void>) => void = onTestFinished,
): Promise<TestRedis> {
  if (!program) throw new Error('there is no redis-server')
  const folder = mkdtempSync(join(tmpdir(), 'headwater-redis-'))
  const clients = new Set<Redis>()
  let child: ChildProcess | undefined
  let port = 0
  while (!child) {
    port = await freePort()
    child = await run(program, folder, port, args)
  }

  async function kill(): Promise<void> {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    running.kill('SIGKILL')
    await once(running, 'exit')
  }

  finished(async () => {
    for (const client of clients) client.disconnect()
    await kill()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    port,
    client(through = port) {
      const client = new Redis({ port: through, host: '127.0.0.1' })
      // Tests take it down: that is no news.
      client.on('error', () => {})
      clients.add(client)
      return client
    },
    kill,
    async start(...more) {
      child = await run(program, folder, port, [...args, ...more])
      if (!child) throw new Error(`another program has taken the port ${port}`)
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  }
}
