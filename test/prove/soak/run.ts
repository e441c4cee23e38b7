import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { startWorker } from '../../../bench/server/processes.ts'
import { startInChromium } from './chromium.ts'
import type { ServerCommands } from './server.ts'
import { SAMPLES, type Soak, stepOf } from './soaks.ts'
import { startInNode } from './subject.ts'
import type { Sample } from './verdict.ts'

/*
 * One soak: a fresh server, and a fresh process or page for the client.
 */

/** For what never comes, in milliseconds. A step takes a few seconds. */
const PATIENCE = 240_000

export interface Measured {
  readonly client: readonly Sample[]
  /** Empty where the server is not judged. */
  readonly server: readonly Sample[]
}

/** @param page - The script of the page. */
export async function run(soak: Soak, scale: number, chromium?: { browser: Browser; page: string }): Promise<Measured> {
  const folder = soak.disk && mkdtempSync(join(tmpdir(), 'headwater-soak-'))
  const worker = startWorker<ServerCommands>('../../test/prove/soak/server.ts', ...(folder ? [folder] : []))
  try {
    const origin = `http://127.0.0.1:${await worker.call('port')}`
    if (chromium) await worker.call('setPage', chromium.page)
    const subject = chromium
      ? await startInChromium(chromium.browser, soak.load, origin)
      : startInNode(soak.load, origin)
    const [client, server]: [Sample[], Sample[]] = [[], []]
    const step = stepOf(soak, scale)
    try {
      await inTime(subject.run(soak.warmUp), `${soak.where}, ${soak.name}: no end of the warm-up`)
      for (let done = step; done <= step * SAMPLES; done += step) {
        await inTime(subject.run(step), `${soak.where}, ${soak.name}: no end after ${done} operations`)
        // One after the other: each has a core then.
        client.push(await subject.sample(done))
        if (soak.server) server.push(await worker.call('sample', done))
      }
    } finally {
      await subject.close()
    }
    return { client, server }
  } finally {
    await worker.stop()
    if (folder) rmSync(folder, { recursive: true })
  }
}

async function inTime<T>(promise: Promise<T>, message: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Error(message)), PATIENCE)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
