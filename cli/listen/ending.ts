import type { SSEError } from '../../src/index.ts'
import type { Signal } from '../host.ts'
import { formatDuration } from '../terminal/time.ts'

/*
 * Why `headwater listen` ends: exit code and words, as pure functions.
 */

export interface Ending {
  readonly code: number
  /** For stderr, but not with --quiet. */
  readonly note?: string
  /** For stderr, always. */
  readonly error?: string
  /** There is nothing to resume: the response came to its end. */
  readonly isComplete?: boolean
}

/** The facts that the words depend on. */
export interface Circumstances {
  /** The URL without its query, which may be a secret. */
  readonly place: string
  /** A response has been good at least once. */
  readonly isReached: boolean
}

const SIGNAL_CODES: Readonly<Record<Signal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

export const endedBySignal = (signal: Signal): Ending => ({ code: SIGNAL_CODES[signal], note: signal })

/** @param shown - How many events. */
export const endedByCount = (shown: number): Ending => ({
  code: 0,
  note: `${shown} ${shown === 1 ? 'event' : 'events'} shown`,
})

/**
 * After --for.
 * @param duration - In milliseconds.
 * @param trouble - Why the last attempt failed, in words.
 */
export function endedByTime({ place, isReached }: Circumstances, duration: number, trouble: string): Ending {
  const time = formatDuration(duration)
  return isReached
    ? { code: 0, note: `time is up (${time})` }
    : { code: 1, error: `${place}: not open within ${time}: ${trouble}` }
}

/** @param why - The failure, in words. */
export function endedByFailure({ place, isReached }: Circumstances, { code }: SSEError, why: string): Ending {
  const what = code === 'network' && !isReached ? `cannot reach ${place}` : place
  return { code: 1, error: `${what}: ${why}` }
}

/** In place of a connection that is silent after a sleep, and may be dead. */
export const endedBySleep = (place: string): Ending => ({
  code: 1,
  error: `${place}: silent after a sleep, and --once sends the request only once`,
})

/** Nobody took the bytes that were written to stdout. EPIPE: the reader has had enough. */
export const endedByOutput = ({ code, message }: NodeJS.ErrnoException): Ending =>
  code === 'EPIPE' ? { code: 0 } : { code: 1, error: `cannot write to stdout: ${message}` }
