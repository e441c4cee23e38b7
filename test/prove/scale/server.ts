import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../../../scripts/free-port.ts'
import { findRedis } from '../../../scripts/redis.mjs'

/*
 * A redis-server, or a Sentinel, as a process in a folder of its own.
 */

export class RedisServer {
  readonly port: number
  readonly #folder = mkdtempSync(join(tmpdir(), 'headwater-scale-'))
  readonly #args: readonly string[]
  #child: ChildProcess | undefined

  private constructor(port: number, args: readonly string[]) {
    this.port = port
    this.#args = args
  }

  static async start(...args: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args)
    await server.start()
    return server
  }

  /** A Sentinel that watches a master. */
  static async startSentinel(configuration: string): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), ['--sentinel'])
    writeFileSync(server.#sentinelFile, configuration)
    await server.start()
    return server
  }

  get #sentinelFile(): string {
    return join(this.#folder, 'sentinel.conf')
  }

  /** Starts it, also once more, with what it has on disk. */
  async start(): Promise<void> {
    const isSentinel = this.#args.includes('--sentinel')
    const fixed = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.#folder, '--daemonize', 'no']
    const data = isSentinel ? [] : ['--save', '', '--enable-debug-command', 'yes']
    const file = isSentinel ? [this.#sentinelFile] : []
    const child = spawn(findRedis() ?? '', [...file, ...fixed, ...data, ...this.#args], { stdio: 'ignore' })
    this.#child = child
    await this.#answers(child)
  }

  /** As a power failure. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** The process stands still: connections stay open, and nothing is answered. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** @returns What it answers. */
  async ask(command: string, ...args: readonly string[]): Promise<unknown> {
    const client = new Redis({ port: this.port, host: '127.0.0.1', maxRetriesPerRequest: 1, retryStrategy: () => 50 })
    client.on('error', () => {})
    try {
      return await client.call(command, ...args)
    } finally {
      client.disconnect()
    }
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #answers(child: ChildProcess): Promise<void> {
    for (;;) {
      if (child.exitCode !== null) throw Error(`the redis-server on port ${this.port} has ended: ${child.exitCode}`)
      const answer = await this.ask('PING').catch((error) => `${error}`)
      if (answer === 'PONG') return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
