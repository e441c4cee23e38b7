import { setTimer, systemClock } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import { withoutHolding } from '../log/without-holding.ts'

/** Real time: what waits for Redis cannot go by a clock that a test turns. A connection keeps the process alive, and no timer does. */
export const clock: Clock = withoutHolding(systemClock)

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimer(clock, ms, resolve))
