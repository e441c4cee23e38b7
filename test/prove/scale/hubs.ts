import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Notes } from './notes.ts'
import type { Stage } from './stages.ts'

const HUB = join(import.meta.dirname, 'hub.ts')

type Child = ChildProcessByStdio<Writable, Readable, null>

/** Processes that serve the same events. Each has a place: a process that was killed is followed by another one there. */
export class Hubs {
  /** The address of the streams at each place. */
  readonly urls: string[] = []
  readonly #stage: Stage
  readonly #notes: Notes
  readonly #pause: number
  readonly #children: Child[] = []
  #started = 0

  /** @param pause - Between two events of one process, in milliseconds on average. */
  constructor(stage: Stage, notes: Notes, pause: number) {
    this.#stage = stage
    this.#notes = notes
    this.#pause = pause
  }

  /** Starts a process, and waits until it listens. */
  async start(place: number): Promise<void> {
    const { address, shards = 1 } = this.#stage
    const name = `p${++this.#started}`
    const args = [JSON.stringify(address), `${shards}`, name, `${this.#pause}`]
    const child = spawn(process.execPath, ['--no-warnings', HUB, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#children[place] = child
    await new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [word, ...rest] = line.split(' ')
        if (word === 'listening') {
          this.urls[place] = `http://127.0.0.1:${rest[0]}/events`
          resolve()
        } else if (word === 'published') this.#notes.published(rest[0] ?? '', rest[1] ?? '')
        else if (word === 'rejected') this.#notes.rejected(rest[0] ?? '', rest[1] === 'false')
        else if (word === 'error') this.#notes.wrong.push(rest.join(' '))
      })
      child.on('close', (code, signal) => {
        if (signal !== 'SIGKILL') this.#notes.wrong.push(`process ${name} ended by itself: ${signal ?? code}`)
        // It was killed before it could listen.
        resolve()
      })
    })
  }

  /** As `kill -9`. */
  async kill(place: number): Promise<void> {
    const child = this.#children[place]
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'close')
  }

  /** Kills a process, and starts another at its place. */
  async replace(place: number): Promise<void> {
    await this.kill(place)
    await this.start(place)
  }

  async stop(): Promise<void> {
    for (const place of this.#children.keys()) await this.kill(place)
  }
}
