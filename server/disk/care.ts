import { createTimer } from '../../src/base/clock.ts'
import { beginSegment, dropOlder } from './append.ts'
import type { OpenLog } from './open.ts'
import type { FileLogSettings } from './options.ts'

/*
 * The upkeep of a log on disk, apart from writing: old events are deleted, and the device is asked to take the new ones. A
 * failure here has no `append` to reject. It is tried again.
 */

export interface Care {
  /** The first number that can be read. */
  first(): number
  /** Begins the next segment in time, and deletes those that are over. To be called after each write. */
  tidy(): Promise<void>
  /** Something was written that the device may not have. */
  written(): void
  /** Does something that is tried again if it fails. It warns the first time, and again after it has worked. */
  attempt(what: string, act: () => Promise<void>): Promise<void>
  /** Deletes the files of segments that the log has let go. */
  remove(paths: readonly string[]): Promise<void>
  stop(): void
}

/** A segment has at most so many entries and, about, so many bytes. */
const SEGMENT_COUNT = 10_000
const SEGMENT_BYTES = 16 * 1024 * 1024
/** Smaller ones would be more files than they are worth. */
const SEGMENT_MIN = 100

/**
 * @param perform - Does something when it is its turn: nothing is written meanwhile.
 * @param syncAll - Has the device take what was written.
 */
export function createCare(
  log: OpenLog,
  { size, maxAge, interval, clock, warn }: FileLogSettings,
  perform: (act: () => Promise<void>) => Promise<void>,
  syncAll: () => Promise<unknown>,
): Care {
  const attempt = createAttempts(warn)
  const [syncTimer, ageTimer] = [createTimer(clock), createTimer(clock)]
  const count = Math.min(Math.max(Math.ceil(size / 8), SEGMENT_MIN), SEGMENT_COUNT)
  let isSynced = true

  const first = (): number => Math.max((log.older[0] ?? log.last).first, log.head - size + 1)

  const remove = (paths: readonly string[]): Promise<void> =>
    attempt('old events could not be deleted', async () => {
      for (const path of paths) await log.disk.remove(path)
    })

  async function tidy(): Promise<void> {
    const { last } = log
    const now = clock.now()
    if (last.count >= count || last.end >= SEGMENT_BYTES || last.oldest < now - maxAge / 4)
      await attempt('a new file could not be created', () => beginSegment(log, log.epoch, log.head + 1))
    const old = dropOlder(log, first(), now - maxAge)
    if (old.length) await remove(old)
  }

  const sync = (): Promise<void> =>
    attempt('events could not be flushed to the disk', () => {
      isSynced = true
      return syncAll().then(() => {})
    })

  function watchAge(): void {
    if (maxAge === Infinity) return
    ageTimer(maxAge / 8, () => {
      void perform(tidy)
      watchAge()
    })
  }
  watchAge()

  return {
    first,
    attempt,
    tidy,
    remove,
    written() {
      if (!isSynced || interval === Infinity) return
      isSynced = false
      syncTimer(interval, () => void perform(sync))
    },
    stop() {
      syncTimer()
      ageTimer()
    },
  }
}

/** @returns Does something that may fail without harm for now. */
function createAttempts(warn: (text: string) => void): (what: string, act: () => Promise<void>) => Promise<void> {
  const failing = new Set<string>()
  return async (what, act) => {
    try {
      await act()
      failing.delete(what)
    } catch (error) {
      if (!failing.has(what)) warn(`${what}: ${error instanceof Error ? error.message : error}`)
      failing.add(what)
    }
  }
}
