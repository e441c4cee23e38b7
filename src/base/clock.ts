import { same } from './same.ts'

/** Time and chance as a client sees them. Tests hand in `createClock()` of `headwater/testing`. */
export interface Clock {
  /** Epoch milliseconds, for what is shown. The user may set this clock. */
  now(): number
  /**
   * Milliseconds on a clock that nobody can set, for every wait (High Resolution Time, "monotonic clock").
   * @defaultValue `now()`
   */
  monotonic?(): number
  /** Calls `callback` after `ms` milliseconds, unless cleared. */
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
  /** 0 <= random < 1. */
  random(): number
}

/** The platform's clock. Looked up at each call, so that fake timers that are installed later are used. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
  random: () => Math.random(),
}

export const monotonic = (clock: Clock): number => clock.monotonic?.() ?? clock.now()

/** The longest timer there is, 25 days: a longer one fires at once (HTML 8.6, `long` timeout). */
export const TIMER_MAX = 0x7fffffff

/** Sets a timer for any number of milliseconds. It fires after 25 days at the latest, and never for Infinity. */
export const setTimer = (clock: Clock, ms: number, callback: () => void): unknown =>
  ms < Infinity ? clock.setTimeout(callback, Math.min(Math.max(ms, 0), TIMER_MAX)) : undefined

/** One timer. Each call replaces what it was set for; without a time it only stops. */
export type Timer = (ms?: number, callback?: () => void) => void

export function createTimer(clock: Clock): Timer {
  let timer: unknown
  return (ms = Infinity, callback = same as () => void) => {
    clock.clearTimeout(timer)
    timer = setTimer(clock, ms, callback)
  }
}
