import { setTimer, systemClock } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import { settle } from './settle.ts'

/** The platform's time, without the limit of its timers. Looked up at each call, so that fake timers installed later are used. */
export const realTime: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'> = {
  now: systemClock.now,
  setTimeout: (callback, ms) => setTimer(systemClock, ms, callback),
  clearTimeout: systemClock.clearTimeout,
}

/** A clock that stands still until it is turned by hand. */
export interface TestClock extends Clock {
  /**
   * Turns the clock on by `ms` milliseconds. Timers fire in order, each at its own time, and what they set off (promises,
   * streams) is settled before the next. Nothing really sleeps.
   */
  advance(ms: number): Promise<void>
  /**
   * Time passes while nothing runs, as with a closed laptop or a frozen tab. All timers that came due fire afterwards, late.
   */
  sleep(ms: number): Promise<void>
  /** Lets promises and streams settle, without turning the clock. */
  settle(): Promise<void>
  /** How many timers are set: 0 means that nothing is left behind. */
  readonly timers: number
}

/** The options of the clock. */
export interface TestClockOptions {
  /**
   * The time to start at, in epoch milliseconds.
   * @defaultValue 2026-01-01T00:00:00Z
   */
  readonly now?: number | undefined
  /**
   * The answer of `random()`, 0 <= random < 1; a function for several answers.
   * @defaultValue 0.5
   */
  readonly random?: number | (() => number) | undefined
}

/** A hand-turned clock for the option `clock`. */
export function createClock({ now = Date.UTC(2026, 0), random = 0.5 }: TestClockOptions = {}): TestClock {
  const timers = new Map<number, { readonly due: number; readonly callback: () => void }>()
  let lastTimer = 0

  /** Fires what is due by `end`, earliest first; of two at the same time, the one that was set first. */
  async function fire(end: number, tick: (due: number) => void): Promise<void> {
    await settle()
    for (;;) {
      let next: number | undefined
      for (const [timer, { due }] of timers) {
        if (due <= end && due < (timers.get(next ?? -1)?.due ?? Infinity)) next = timer
      }
      const entry = timers.get(next ?? -1)
      if (next === undefined || !entry) return
      timers.delete(next)
      tick(entry.due)
      entry.callback()
      await settle()
    }
  }

  return {
    now: () => now,
    monotonic: () => now,
    random: () => (typeof random === 'function' ? random() : random),
    setTimeout(callback, ms) {
      timers.set(++lastTimer, { due: now + Math.max(ms, 0), callback })
      return lastTimer
    },
    clearTimeout(timer) {
      timers.delete(timer as number)
    },
    async advance(ms) {
      const end = now + ms
      await fire(end, (due) => {
        now = Math.max(now, due)
      })
      now = end
    },
    async sleep(ms) {
      await settle()
      now += ms
      await fire(now, () => {})
    },
    settle,
    get timers() {
      return timers.size
    },
  }
}
