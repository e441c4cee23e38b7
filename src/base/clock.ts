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
  /** Calls `callback` after `ms` milliseconds, unless cleared; as soon as possible if they are below 0. */
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

/** One timer. Each call replaces what it was set for. It fires after 25 days at the latest, and never for Infinity, the default. */
export type Timer = (ms?: number, callback?: () => void) => void

export function createTimer(clock: Clock): Timer {
  let timer: unknown
  return (ms = Infinity, callback = same as () => void) => {
    clock.clearTimeout(timer)
    if (ms < Infinity) timer = clock.setTimeout(callback, Math.min(ms, TIMER_MAX))
  }
}

/** The same for the server: sets one of many timers, and hands it out. */
export const setTimer = (clock: Clock, ms: number, callback: () => void): unknown =>
  ms < Infinity ? clock.setTimeout(callback, Math.min(ms, TIMER_MAX)) : undefined
