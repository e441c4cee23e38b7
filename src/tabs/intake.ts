import { monotonic } from '../base/clock.ts'
import type { SSEError } from '../base/errors.ts'
import { type Control, readComment, readControl, topicOf } from '../hub/protocol.ts'
import type { TransportSink } from '../transports/transport.ts'
import { plainError } from './message.ts'
import type { Relay } from './relay.ts'
import { type Attempt, introOf, post, report, type Tab } from './tab.ts'
import type { Union } from './union.ts'

/** How long a server may take to introduce itself. Until then nobody can be welcomed. */
const INTRODUCTION = 1000

/**
 * Turns the reports of the shared connection into frames for all tabs, without what the server says to the leader alone.
 * @param confirmed - The server has confirmed a change of the topics.
 */
export function createIntake(
  tab: Tab,
  attempt: Attempt,
  union: Union,
  relay: Relay,
  confirmed: () => void,
): TransportSink {
  const { _sink } = attempt
  /** The announcement of the next event in a comment, or in a `ping` of a transport that gets no comments. */
  let announced: Control = {}
  let isFirst = true

  /** From now on others may join. */
  function begin(): void {
    if (attempt._isLive) return
    attempt._isLive = true
    report(tab)
  }

  return relay._guard(attempt, {
    open(info) {
      attempt._heardAt = monotonic(tab._clock)
      attempt._heartbeatMs = info?.heartbeatMs
      union._wait(INTRODUCTION, begin)
      _sink.open(info)
    },
    heard() {
      attempt._heardAt = monotonic(tab._clock)
      _sink.heard()
    },
    block(block) {
      const { type, data, id } = block
      const topic = block.topic ?? topicOf(type, announced)
      announced = type === 'ping' && union._intro ? readControl(`${data}`) : {}
      if (isFirst) union._intro = introOf(block)
      isFirst &&= data === undefined
      const isOwn = announced.topic || (type === 'subscribed' && union._intro)
      if (!isOwn || id !== undefined)
        relay._add(['block', { type, data: isOwn ? undefined : data, id, topic }, union._isWanted(topic)])
      if (union._confirm(block)) confirmed()
      begin()
      return undefined
    },
    retry: (ms) => relay._add(['retry', ms]),
    comment(text) {
      const topic = union._intro && readComment(text)
      if (topic) announced = { topic }
      else relay._add(['comment', ''])
    },
    gap(gap) {
      announced = {}
      relay._add(['gap', gap])
    },
    end(reason) {
      relay._postNow()
      tab._isEnding = true
      _sink.end(reason)
      tab._isEnding = false
      // The cursor was refused, and has been dropped: that of every tab.
      const isRefused = (reason as Partial<SSEError>)?.code === 'http'
      if (isRefused && tab._host.state.get().status === 'connecting')
        post(tab, { kind: 'refused', error: plainError(reason as SSEError) })
    },
  })
}
