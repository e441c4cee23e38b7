import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { onTestFinished } from 'vitest'

const NODE = join(import.meta.dirname, 'node.ts')

/** Processes that serve the same events. Each has a place; a process that is killed is followed by another one at its place. */
export interface Nodes {
  /** The address of each place. It changes with the process. */
  readonly urls: string[]
  /** What was published, as far as a process could still say it. */
  readonly published: string[]
  /** What went wrong in a process. */
  readonly errors: string[]
  /** Kills the process at a place, and starts another. */
  replace(place: number): Promise<void>
  /** Ends the publishing of all. */
  stop(): Promise<void>
}

/** @param pause - Between two events of one process, in milliseconds. */
export async function startNodes(redisPort: number, count: number, pause: number): Promise<Nodes> {
  const children: ChildProcessByStdio<Writable, Readable, null>[] = []
  const stopped = new Set<unknown>()
  const nodes = { urls: [] as string[], published: [] as string[], errors: [] as string[] }
  let started = 0

  async function start(place: number): Promise<void> {
    const child = spawn(process.execPath, ['--no-warnings', NODE, `${redisPort}`, `p${++started}`, `${pause}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children[place] = child
    await new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [word, ...rest] = line.split(' ')
        if (word === 'published') nodes.published.push(rest.join(' '))
        else if (word === 'error') nodes.errors.push(rest.join(' '))
        else if (word === 'stopped') stopped.add(child)
        else if (word === 'listening') {
          nodes.urls[place] = `http://127.0.0.1:${rest[0]}/events`
          resolve()
        }
      })
    })
  }

  async function kill(place: number): Promise<void> {
    const child = children[place]
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'close')
  }

  onTestFinished(async () => {
    for (const place of children.keys()) await kill(place)
  })
  await Promise.all(Array.from({ length: count }, (_, place) => start(place)))
  return {
    ...nodes,
    async replace(place) {
      await kill(place)
      await start(place)
    },
    async stop() {
      for (const child of children) child.stdin.write('stop\n')
      while (children.some((child) => !stopped.has(child))) await new Promise((resolve) => setTimeout(resolve, 10))
    },
  }
}
