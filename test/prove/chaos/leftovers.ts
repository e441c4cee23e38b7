import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from 'headwater'

/*
 * What is left when everything was closed.
 */

export interface CountingClock extends Clock {
  /** How many timers are set. */
  readonly pending: number
}

/** The platform's clock, which counts the timers that are set, those too that do not keep the process alive. */
export function createCountingClock(random: () => number): CountingClock {
  const pending = new Set<unknown>()
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random,
    setTimeout(callback, ms) {
      const timer = setTimeout(() => {
        pending.delete(timer)
        callback()
      }, ms)
      pending.add(timer)
      return timer
    },
    clearTimeout(timer) {
      pending.delete(timer)
      clearTimeout(timer as NodeJS.Timeout)
    },
    get pending() {
      return pending.size
    },
  }
}

/** What keeps this process alive: how many of each kind. */
export function activeResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** What there is now and was not there before. */
export const moreThan = (before: ReadonlyMap<string, number>): string[] =>
  [...activeResources()].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0)
    return more > 0 ? [`${more} ${kind}`] : []
  })

/** A line, if there are any. */
export const several = (count: number, what: string): string[] => (count ? [`${count} ${what}`] : [])

/** For what should come, in milliseconds. */
const PATIENCE = 120_000

/** Asks until there is nothing more to say. @returns What is still said when the time is over. */
export async function untilNone(
  look: () => readonly string[] | Promise<readonly string[]>,
  patience = PATIENCE,
): Promise<readonly string[]> {
  const end = performance.now() + patience
  for (;;) {
    const found = await look()
    if (!found.length || performance.now() > end) return found
    await sleep(10)
  }
}
