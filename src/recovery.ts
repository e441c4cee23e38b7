import type { Clock } from './clock.ts'
import type { SSEError } from './errors.ts'
import type { ConnectionState } from './machine.ts'
import { advised, FLOOR, FRESH, type History, judge, proven, type RetryPolicy } from './retry.ts'

/*
 * What is remembered of earlier tries. How it changes is retry.ts's business, which is pure; this is the one place that holds it.
 */

export interface Recovery {
  /** As of the last failure, with what it led to. */
  readonly history: History
  /** Starts afresh; the server's own `retry:` stays. */
  forget(): void
  /** Forgets earlier failures if the line has proved itself. @returns How many there are now. */
  settle(state: ConnectionState): number
  /** A line opened. */
  opened(): void
  advised(ms: number): void
  /**
   * Another try is due then, after so many failures, whoever said so.
   * @param retryAfter - What the server asked for: if it told another client, nobody here knows of it.
   */
  waits(failures: number, until: number, retryAfter: number | undefined): void
  /**
   * A try failed, or the stream broke.
   * @param repeatable - Whether there may be another try.
   * @param leaveAt - When the server asked to leave; Infinity if it has not.
   * @throws What the caller's own `retry` function throws.
   */
  failed(error: SSEError, state: ConnectionState, repeatable: boolean, cursorSent: boolean, leaveAt: number): void
}

export function createRecovery(policy: RetryPolicy, clock: Clock): Recovery {
  const self: { -readonly [K in keyof Recovery]: Recovery[K] } = {
    history: FRESH,
    forget() {
      self.history = { ...FRESH, serverRetry: self.history.serverRetry }
    },
    settle(state) {
      if (state.status === 'open' && proven(policy, clock.now() - state.since)) self.forget()
      return self.history.failures
    },
    opened() {
      self.history = { ...self.history, seen: {}, earliest: 0 }
    },
    advised(ms) {
      self.history = advised(self.history, ms)
    },
    waits(failures, until, retryAfter) {
      const { history } = self
      const earliest = until === history.until ? history.earliest : retryAfter ? until : 0
      self.history = { ...history, failures, until, earliest }
    },
    failed(error, state, repeatable, cursorSent, leaveAt) {
      const now = clock.now()
      const openFor = state.status === 'open' ? now - state.since : -1
      const { history } = self
      const until = Math.max(leaveAt, now + FLOOR)
      self.history =
        until < Infinity && repeatable && policy
          ? // A server that asked us to leave, and then did not wait for it, has not failed.
            { ...history, action: 'retry', until, earliest: until }
          : judge(history, repeatable && policy, error, openFor, cursorSent, now, clock.random())
    },
  }
  return self
}
