import { type Clock, setTimer } from '../../src/base/clock.ts'

/** Passes values on, but not more often than every so many milliseconds: the first at once, then the newest. */
export interface Progress<P> {
  report(progress: P): void
  /** Drops what waits. */
  stop(): void
}

/** @param interval - Milliseconds. 0: each value is passed on. */
export function createProgress<P>(clock: Clock, interval: number, send: (progress: P) => void): Progress<P> {
  let timer: unknown
  let newest: { readonly progress: P } | undefined

  function pass(progress: P): void {
    newest = undefined
    if (interval) timer = setTimer(clock, interval, due)
    send(progress)
  }

  function due(): void {
    timer = undefined
    if (newest) pass(newest.progress)
  }

  return {
    report(progress) {
      if (timer === undefined) pass(progress)
      else newest = { progress }
    },
    stop() {
      clock.clearTimeout(timer)
      newest = undefined
    },
  }
}
