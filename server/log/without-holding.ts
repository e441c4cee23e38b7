import type { Clock } from '../../src/index.ts'

/** The same clock, with timers that do not keep a process alive. */
export const withoutHolding = (clock: Clock): Clock => ({
  ...clock,
  setTimeout(callback, ms) {
    const timer = clock.setTimeout(callback, ms)
    if (typeof timer === 'object') (timer as { unref?(): void } | null)?.unref?.()
    return timer
  },
})
