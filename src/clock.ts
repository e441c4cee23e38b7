/** Time and chance as a client sees them. Hand in your own in tests: `createClock()` of `headwater/testing`. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls `callback` after `ms` milliseconds, unless cleared. */
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
  /** 0 <= random < 1. */
  random(): number
}

/** The platform's. Looked up at each call, so that fake timers installed later are used. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
  random: () => Math.random(),
}

/** The longest timer there is, 25 days: anything above 2^31-1 ms fires at once (HTML 8.6, `long` timeout). */
const TIMER_MAX = 0x7fffffff

/** Sets a timer for any number of milliseconds: after 25 days it fires at the latest, for Infinity never. */
export const setTimer = (clock: Clock, ms: number, callback: () => void): unknown =>
  ms < Infinity ? clock.setTimeout(callback, Math.min(Math.max(ms, 0), TIMER_MAX)) : undefined
