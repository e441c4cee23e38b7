import { monotonic } from '../base/clock.ts'
import { SSEError, textOf } from '../base/errors.ts'
import { backoff, FLOOR, isFinal, leastWait } from '../decisions/retry.ts'
import { natureOf } from '../decisions/statuses.ts'
import { hasIdInUrl } from '../transports/fetch.ts'
import type { TransportSink } from '../transports/transport.ts'
import type { Settings } from './settings.ts'
import type { Shared } from './shared.ts'

/** A connection that ended in order after so long counts as a first failure, though it brought nothing. */
const STEADY = 3000

/** @returns Does what follows from a failure: waits for a retry, asks for credentials, drops the cursor, or closes. */
export function createFailures(
  connection: Shared,
  { clock, retry }: Settings,
  sink: TransportSink,
): (cause: unknown) => void {
  /** When the newest kind of failure was first met, on the monotonic clock. A new kind starts the ten minutes again. */
  let since = 0
  /**
   * A response brought an event and ended in order, so the server is polled: empty responses that follow are no failures. Until a
   * connection fails, or brings only what was delivered before.
   */
  let isPolled = false

  return (cause) => {
    const { _attempt: attempt, _everOpened } = connection
    const request = attempt?._request
    const isEnd = cause === 'eof'
    const error =
      cause instanceof SSEError ? cause : connection._error('network', isEnd ? 'stream ended' : cause, cause)
    const now = monotonic(clock)

    const isNew = request && hasIdInUrl(request) && _everOpened !== 'resumed'
    const nature = natureOf(error, isNew ? 'new-param' : request?.lastEventId ? 'sent' : 'none')
    const count = (connection._seen[nature] ?? 0) + 1
    if (count === 1) since = now
    // A deployment that takes too long may be over when the page is looked at again.
    const looksAgain = nature === 'doubtful' && !!_everOpened
    if (isFinal(nature, count, looksAgain ? now - since : Infinity))
      return connection._go({ status: 'closed', error }, looksAgain)
    connection._seen[nature] = count
    if (nature === 'credentials') {
      connection.refresh(error)
      return connection._start()
    }
    if (nature === 'cursor') {
      const requested = connection.lastEventId
      connection.resumeFrom('')
      connection._start()
      if (requested) sink.gap({ reason: 'refused', requested, resumedFrom: '' })
      return
    }
    if (!retry) return connection.end(error)

    const openFor = connection._openFor()
    isPolled = (attempt?._hasNews ?? isPolled) && isEnd
    connection._settle()
    const failures = isPolled || (isEnd && openFor >= STEADY) ? 1 : connection._failures + 1
    let delay: number | null
    try {
      delay =
        typeof retry === 'function'
          ? retry(failures, error, Math.max(openFor, 0))
          : backoff(failures, connection._serverRetry, retry, clock.random(), isPolled)
      if (delay !== null) delay = +delay || 0 // A function may return what is no number.
    } catch (cause) {
      return connection.end(connection._error('gave-up', `retry(): ${textOf(cause)}`, cause))
    }
    // The caller's own function may have closed or reconnected.
    if (connection._attempt !== attempt) return
    if (delay === null) return connection.end(new SSEError('gave-up', error.message, { cause: error }))
    const least = leastWait(error.retryAfter, clock.random())
    const until = Math.ceil(clock.now() + Math.max(delay, FLOOR, least))
    connection.wait({ attempt: failures, until, error }, least)
  }
}
