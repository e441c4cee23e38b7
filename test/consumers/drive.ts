import { setTimeout as sleep } from 'node:timers/promises'
import type { Site } from './site.ts'

/*
 * What every consumer goes through: three events, a break, two events that it misses, and one more. Each must come once.
 */

/** How long a consumer may take for one step. It may have to load its page, on a busy machine. In milliseconds. */
const PATIENCE = 60_000

async function until(what: string, patience: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + patience
  while (!(await isSo())) {
    if (Date.now() > end) throw Error(`${what}, within ${patience / 1000} s`)
    await sleep(20)
  }
}

/**
 * @param heard - The numbers that the consumer shows, in order, with spaces between.
 * @param patience - How long each step after the first connection may take, in milliseconds.
 * @throws Error that says what did not happen.
 */
export async function drive(
  site: Site,
  heard: () => string | Promise<string>,
  patience: number = PATIENCE,
): Promise<void> {
  const shows = async (expected: string): Promise<void> => {
    const isShown = async (): Promise<boolean> => (await heard()).trim() === expected
    await until(`it should show ${expected}`, patience, isShown).catch(async (error: Error) => {
      throw Error(`${error.message}; it shows ${(await heard()).trim() || 'nothing'}`)
    })
  }
  // A program has to start first, however little patience there is for what it shows.
  await until('it should connect', PATIENCE, () => site.clients === 1)
  await site.publish(3)
  await shows('1 2 3')
  site.break()
  await site.publish(2)
  await until('it should reconnect', patience, () => site.cursors.length === 2)
  await shows('1 2 3 4 5')
  await site.publish(1)
  await shows('1 2 3 4 5 6')
  if (site.cursors.length > 2) throw Error(`it should connect twice, and did so ${site.cursors.length} times`)
  if (site.cursors[0] !== '' || !site.cursors[1])
    throw Error(`it should resume from its last event, its cursors were ${JSON.stringify(site.cursors)}`)
}
