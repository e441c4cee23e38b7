import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Command } from './consumer.ts'
import { drive } from './drive.ts'
import { openSite, serveFolder } from './site.ts'

/*
 * A consumer that is a program: it prints each number that it hears, on a line of its own, and ends after the sixth.
 */

/** @throws Error that says what went wrong. */
export async function driveProgram([program, ...args]: Command, folder: string, patience?: number): Promise<void> {
  const site = await openSite(async () => serveFolder(folder))
  const child = spawn(`${folder}/node_modules/.bin/${program}`, args, {
    cwd: folder,
    env: { ...process.env, STREAM: `${site.url}events`, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  const exited = once(child, 'exit')
  const early = exited.then(([code]) => {
    throw Error(`it ended with ${code}`)
  })
  early.catch(() => {})
  const numbers = (): string => [...out.matchAll(/^heard (\d+)$/gm)].map(([, n]) => n).join(' ')
  try {
    await Promise.race([
      drive(site, numbers, patience),
      early.catch((error) => rejectUnless(numbers() === '1 2 3 4 5 6', error)),
    ])
    const [code] = await exited
    if (code !== 0) throw Error(`it ended with ${code}`)
  } catch (error) {
    throw Error([(error as Error).message, (err || out).trim().slice(-600)].join('; '))
  } finally {
    child.kill()
    await site.close()
  }
}

/** A program may end before the last look at it. */
async function rejectUnless(isDone: boolean, error: unknown): Promise<void> {
  if (!isDone) throw error
}
