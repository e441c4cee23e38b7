import { report, SSEError } from '../base/errors.ts'
import { same } from '../base/same.ts'
import { clampRetry } from '../decisions/retry.ts'
import type { Connecting } from '../decisions/state.ts'
import type { Dispatch } from '../events/dispatch.ts'
import { notify, type Observers } from '../events/observers.ts'
import { createRepeats } from '../resume/repeats.ts'
import type { TransportSink } from '../transports/transport.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { Settings } from './settings.ts'
import type { Attempt, Shared } from './shared.ts'

/** Takes the reports of a transport, in their order: to the heartbeat, the cursor, the observers and the handlers. */
export function createIntake(
  connection: Shared,
  { commit, dedupe }: Settings,
  observers: Observers,
  dispatch: Dispatch,
  heartbeat: Heartbeat,
): TransportSink {
  const repeats = createRepeats()
  const commitsAtOnce = commit === same
  /** The last event id of this stream. The cursor may follow later, when the handlers are done. */
  let received = ''
  /** A stream was open, and what was lost since has not been reported. */
  let hadOpened = false
  let hasWarned = false

  const sink: TransportSink = {
    open({ heartbeatMs, recovered, ...more } = {}) {
      // Reports of any other attempt are not heard.
      const mine = connection._attempt as Attempt
      const requested = mine._request?.lastEventId ?? ''
      const { attempt } = connection._state as Connecting
      received = requested
      connection._opened(requested)
      repeats._open()
      heartbeat._open(heartbeatMs)
      connection._go({ status: 'open', since: heartbeat._heardAt, attempt })
      if (connection._attempt !== mine) return
      heartbeat._watch()
      const isLost = hadOpened && !requested && recovered === undefined
      hadOpened = true
      notify(observers, 'onOpen', { attempt, recovered: recovered ?? (requested ? 'unknown' : false), ...more })
      if (isLost && connection._attempt === mine) sink.gap({ reason: 'no-id', certain: false })
    },
    heard: heartbeat._hear,
    comment() {
      if (connection._openFor() >= 0) heartbeat._beat()
    },
    block({ type, data, id: own, topic }) {
      const id = own ?? received
      received = id
      if (commitsAtOnce) connection.lastEventId = id
      if (data === undefined) return undefined
      const mine = connection._attempt as Attempt
      // The server sends an event again that failed in a handler, and it must reach that handler.
      if (dedupe && commitsAtOnce && own && repeats._isRepeat(own, type, data)) {
        mine._hasNews ??= false
        return undefined
      }
      // Our own server, and no hub() to hear it: nobody should run it with half of its promises by accident.
      if (type === 'connected' && !hasWarned && /"v":1\b/.test(data)) {
        hasWarned = true
        console.warn('use headwater/hub')
      }
      if (type === 'ping') heartbeat._beat()
      else mine._hasNews = true
      return dispatch(type, data, id, heartbeat._heardAt, topic)
    },
    retry(ms) {
      connection._serverRetry = clampRetry(ms)
    },
    gap(gap) {
      hadOpened &&= gap.reason !== 'refused'
      const whole = { certain: true, requested: '', resumedFrom: received, topics: ['*'], ...gap }
      if (!notify(observers, 'onGap', whole) && gap.reason === 'too-large')
        report(new SSEError('too-large', 'over maxEventSize'))
    },
    end(reason) {
      if (reason === 'stop') connection.end(null)
      else connection._fail(reason)
    },
  }
  return sink
}
