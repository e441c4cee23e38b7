import { monotonic, setTimer } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import { bucketTake, bucketWait } from './bucket.ts'

/*
 * How many events a second go out to one client (`limits.eventsPerSecond`).
 */

export interface Pace {
  /** No event may go out now. */
  readonly isHeld: boolean
  /** An event has gone out. */
  spend(): void
  stop(): void
}

/** How long a client is held at least, in milliseconds: a limit of 1,000 a second is not to cost 1,000 timers a second. */
const HOLD = 20

/** @param release - Called when events may go out again. */
export function createPace(perSecond: number, clock: Clock, release: () => void): Pace {
  let fullAt = 0
  let timer: unknown
  const self = {
    isHeld: false,
    spend() {
      const now = monotonic(clock)
      fullAt = bucketTake(fullAt, now, perSecond)
      const wait = bucketWait(fullAt, now, perSecond)
      if (!wait || self.isHeld) return
      self.isHeld = true
      timer = setTimer(clock, Math.max(wait, HOLD), () => {
        self.isHeld = false
        release()
      })
    },
    stop() {
      clock.clearTimeout(timer)
      self.isHeld = false
    },
  }
  return self
}
