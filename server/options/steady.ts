import type { Clock } from '../../src/index.ts'

/** A server with clients reads its clock every second. More than this between two readings is a clock that was set. */
const LEAP = 60_000

/**
 * A clock with `monotonic`. One that has none gets it from `now()`: set back, the time stands still for a moment; set ahead, it
 * moves by a minute at most.
 */
export function steady(clock: Clock): Clock {
  if (clock.monotonic) return clock
  let last = clock.now()
  let passed = 0
  return {
    now: () => clock.now(),
    monotonic() {
      const now = clock.now()
      passed += Math.min(Math.max(now - last, 0), LEAP)
      last = now
      return passed
    },
    setTimeout: (callback, ms) => clock.setTimeout(callback, ms),
    clearTimeout: (timer) => clock.clearTimeout(timer),
    random: () => clock.random(),
  }
}
