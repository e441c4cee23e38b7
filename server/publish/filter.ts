import { setTimer } from '../../src/base/clock.ts'
import { isThenable } from '../../src/base/errors.ts'
import type { Clock } from '../../src/index.ts'
import { isGranted } from '../audience/granted.ts'
import type { Identity, Principal } from '../audience/principal.ts'
import type { HubEvent } from './event.ts'

/**
 * Whether a client may have an event: an answer, or a promise of one. The hub asks for each client that the event is addressed
 * to, when it is published and again when it is replayed.
 */
export type EventFilter<P extends Identity = Principal> = (principal: P, event: HubEvent) => boolean | Promise<boolean>

/**
 * An answer that is still to come. It calls back once, and never in the turn in which it is asked.
 * @returns Stops waiting: then it does not call back.
 */
export type Later = (settled: (allowed: boolean) => void) => () => void

/**
 * Asks the filter of the application. Anything but a yes or no that it throws, rejects with or answers counts as no, and goes
 * to `failed`.
 */
export type Ask = (principal: Principal, event: HubEvent, failed: (error: unknown) => void) => boolean | Later

/**
 * @param timeout - After so many milliseconds an answer counts as no. Infinity: never.
 * @param timedOut - An answer has not come in time.
 */
export function createAsk(filter: EventFilter, clock: Clock, timeout: number, timedOut: () => void): Ask {
  function later(answer: PromiseLike<unknown>, failed: (error: unknown) => void): Later {
    // Of our own realm and kind: it answers once, and in a later turn.
    const promise = Promise.resolve(answer)
    // Perhaps nobody waits for it, and a rejection that nobody handles ends the process.
    promise.catch(() => {})
    return (settled) => {
      let open = true
      function close(decide: () => boolean): void {
        if (!open) return
        stop()
        settled(attempt(decide, failed))
      }
      function stop(): void {
        open = false
        clock.clearTimeout(timer)
      }
      function late(): never {
        timedOut()
        throw new DOMException(`filter has not answered within ${timeout} ms`, 'TimeoutError')
      }
      const timer = setTimer(clock, timeout, () => close(late))
      promise.then(
        (value) => close(() => isGranted(value, 'filter')),
        (error) =>
          close(() => {
            throw error
          }),
      )
      return stop
    }
  }

  return (principal, event, failed) => {
    try {
      const answer: unknown = filter(principal, event)
      if (typeof answer === 'boolean') return answer
      return isThenable(answer) ? later(answer, failed) : isGranted(answer, 'filter')
    } catch (error) {
      failed(error)
      return false
    }
  }
}

function attempt(decide: () => boolean, failed: (error: unknown) => void): boolean {
  try {
    return decide()
  } catch (error) {
    failed(error)
    return false
  }
}
