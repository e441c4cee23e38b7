import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { findRedis, howToInstallRedis } from '../../scripts/redis.mjs'

/*
 * A Redis of the demo's own: a process that ends with it, and keeps nothing.
 */

export interface OwnRedis {
  /** Where ioredis finds it: a socket in a folder of the demo's own, so that no port has to be free. */
  readonly path: string
  stop(): void
}

/** Ends the program when the input ends: when the demo stops it, and when the demo itself is killed. */
const ON_A_LEASH = 'exec 3<&0; "$0" "$@" & program=$!; (cat <&3 >/dev/null; kill $program) & wait $program'

/** @throws Error with the command that installs Redis, where there is none. */
export async function startRedis(): Promise<OwnRedis> {
  const program = findRedis()
  if (!program)
    throw new Error(`--redis needs redis-server, and this system has none. To install it:\n  ${howToInstallRedis()}`)
  const folder = mkdtempSync(join(tmpdir(), 'headwater-redis-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'redis.sock')
  const options = ['--port', '0', '--unixsocket', path, '--save', '', '--dir', folder, '--daemonize', 'no']
  // In a process group of its own: Ctrl+C reaches every process of the terminal, and Redis ends last.
  const { stdin, stdout } = spawn('sh', ['-c', ON_A_LEASH, program, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  await untilReady(stdout)
  return { path, stop: () => void stdin.end() }
}

/**
 * Reads the output of a redis-server until it takes connections.
 * @throws Error with that output, if the program ends before.
 */
export async function untilReady(output: Readable): Promise<void> {
  let text = ''
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    text += chunk
    if (!text.includes('eady to accept connections')) continue
    output.resume()
    return
  }
  throw new Error(`redis-server has ended: ${text}`)
}
