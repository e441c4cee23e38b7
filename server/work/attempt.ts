import { type Clock, setTimer } from '../../src/base/clock.ts'
import { fill, type Spec, wrong } from '../options/check.ts'

/*
 * Tries something, and tries again when it fails. It never rejects: what it comes to is a value.
 */

/** How to try again. Times are in milliseconds. The names are those of the client's option `retry`. */
export interface WorkRetry {
  /**
   * The wait after the first failure.
   * @defaultValue 100
   */
  readonly initial?: number | undefined
  /**
   * The longest wait. Infinity: it grows without end.
   * @defaultValue 10_000
   */
  readonly max?: number | undefined
  /**
   * The wait is multiplied by this with each failure. 1: it does not grow.
   * @defaultValue 2
   */
  readonly factor?: number | undefined
  /**
   * How many retries follow the first failure. 0: none. Infinity: no limit; then one effect that cannot succeed holds up all
   * behind it.
   * @defaultValue 5
   */
  readonly attempts?: number | undefined
}

export type CompleteWorkRetry = { readonly [N in keyof WorkRetry]-?: number }

const SPEC: Spec<WorkRetry> = {
  initial: ['number from 0', 100],
  max: ['number from 0', 10_000],
  factor: ['number from 0', 2],
  attempts: ['number from 0', 5],
}

/** @throws SSEError `options`, naming what is wrong. */
export function resolveWorkRetry(retry: WorkRetry): CompleteWorkRetry {
  const filled = fill(SPEC, retry) as CompleteWorkRetry
  if (filled.factor < 1) throw wrong('factor', 'a number from 1', filled.factor)
  return filled
}

/** How long to wait after so many failures in a row, or undefined to give up. */
export function waitAfter(failures: number, { initial, max, factor, attempts }: CompleteWorkRetry): number | undefined {
  return failures > attempts ? undefined : Math.min(max, initial * factor ** (failures - 1))
}

export interface Attempt {
  /** 1 for the first, 2 for the first retry, and so on. */
  readonly number: number
  /** It aborts when the attempt takes too long, and when it is time to stop. */
  readonly signal: AbortSignal
}

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown; readonly attempts: number }

export interface Conditions {
  readonly clock: Clock
  /** Milliseconds for one attempt. Infinity: no limit. */
  readonly timeout: number
  /** After this there is no further attempt, and the one that runs counts as failed. */
  readonly stop: AbortSignal
}

/**
 * One attempt.
 * @returns Rejects with what the action throws, with an Error when it takes too long, and with the reason of `stop`.
 */
export function attemptOnce(
  action: (attempt: Attempt) => unknown,
  number: number,
  { clock, timeout, stop }: Conditions,
): Promise<unknown> {
  return new Promise<unknown>((resolve, reject) => {
    const controller = new AbortController()
    const timer = setTimer(clock, timeout, () => give(new Error(`there was no answer within ${timeout} ms`)))
    const stopped = (): void => give(stop.reason)
    stop.addEventListener('abort', stopped)
    function settle(): void {
      clock.clearTimeout(timer)
      stop.removeEventListener('abort', stopped)
    }
    function give(reason: unknown): void {
      settle()
      controller.abort(reason)
      reject(reason)
    }
    // An error that the action throws at once rejects as well.
    new Promise((answer) => answer(action({ number, signal: controller.signal }))).then(resolve, reject).finally(settle)
    if (stop.aborted) stopped()
  })
}

/** @param isFinal - Whether no retry can mend a failure. */
export async function attempt(
  action: (attempt: Attempt) => unknown,
  retry: CompleteWorkRetry,
  conditions: Conditions,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<Outcome> {
  const { stop } = conditions
  for (let attempts = 0; ; ) {
    if (stop.aborted) return { kind: 'failed', error: stop.reason, attempts }
    attempts++
    try {
      await attemptOnce(action, attempts, conditions)
      return { kind: 'done' }
    } catch (error) {
      const wait = isFinal(error) || stop.aborted ? undefined : waitAfter(attempts, retry)
      if (wait === undefined) return { kind: 'failed', error, attempts }
      await pause(wait, conditions)
      if (stop.aborted) return { kind: 'failed', error, attempts }
    }
  }
}

/** Resolves after so many milliseconds, or when it is time to stop. */
function pause(ms: number, { clock, stop }: Conditions): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimer(clock, ms, over)
    stop.addEventListener('abort', over)
    function over(): void {
      clock.clearTimeout(timer)
      stop.removeEventListener('abort', over)
      resolve()
    }
  })
}
