import { withDefaults } from '../base/check.ts'
import { createTimer, monotonic, type Timer } from '../base/clock.ts'
import { callSafely, report, SSEError } from '../base/errors.ts'
import { same } from '../base/same.ts'
import { withParam } from '../base/url.ts'
import type { TransportRequest } from '../transports/request.ts'
import type { Transport, TransportLink, TransportSink } from '../transports/transport.ts'
import type { HubOptions } from './options.ts'
import { explained, post } from './post.ts'
import { type Control, isBehind, readComment, readControl, topicOf, VERSION } from './protocol.ts'
import { createTopics, type HubHost } from './topics.ts'

/** How long after its headers a server may introduce itself, in milliseconds. */
const INTRODUCTION = 1000
/** A server that says goodbye at once to every client must not be stormed. */
const GOODBYE_MIN = 1000
/** A connection that lasted for so long has not failed, though it brought nothing. */
const STEADY = 10_000

/** Parameters, as objects of options cost every user bytes. */
export function createHubLayer(
  inner: Transport,
  host: HubHost,
  always: HubOptions['topics'],
  topicsUrl: HubOptions['topicsUrl'],
  onTopicRefused: HubOptions['onTopicRefused'],
): Transport {
  let link: TransportLink | undefined
  const change = (body: object): Promise<unknown> => post(host, topicsUrl, body)
  const checked = withDefaults({ onTopicRefused: report }, { onTopicRefused })
  const topics = createTopics(host, always, change, () => link, checked.onTopicRefused)
  host.topics = topics
  // Not at the end of a link: the state is not set yet then.
  host.state.subscribe((state) => {
    if (!/open|connecting/.test(state.status))
      topics._fail(state.status === 'closed' && (state.error ?? new SSEError('gave-up', 'closed')))
  })

  return {
    connect(request, sink) {
      topics._start()
      const asked = topics.wanted().join()
      const url = asked ? withParam(request.url, 'topics', asked) : request.url
      const timer = createTimer(request.clock)
      const own = inner.connect({ ...request, url }, createHubSink(host, request, sink, timer))
      link = own
      return {
        close() {
          timer()
          own.close()
        },
      }
    },
  }
}

/** The effect of a reserved event. */
type Obey = (control: Control) => unknown

interface HubStream extends TransportSink {
  /** The first block is here, or the time for it is over. @param intro - What the server says of itself, if it is a hub. */
  _opened(intro?: Control): void
  readonly _goodbye: Obey
}

/**
 * Passes a hub's events on to the client: no repeats, which it recognises by their ids. And how the connection begins, and
 * ends, which the server may ask for.
 * @param timer - For the introduction, and then for a `goodbye`. It has to be stopped when the connection is closed.
 */
function createHubStream(
  host: HubHost,
  { clock, lastEventId }: TransportRequest,
  out: TransportSink,
  timer: Timer,
): HubStream {
  const startedAt = monotonic(clock)
  let cursor = lastEventId
  let hasNews = false
  /** Reports that the connection is open, once. */
  let open: (intro?: Control) => unknown = same
  /** When the server asked the client to be back, on the monotonic clock; 0 if it did not. */
  let earliest = 0

  function end(reason?: unknown): void {
    timer()
    const retryAfter = earliest - monotonic(clock)
    out.end(earliest ? new SSEError('network', 'goodbye', { retryAfter }) : explained(reason))
  }

  return {
    ...out,
    open(info) {
      open = (intro) => {
        open = same
        timer()
        const { heartbeatMs = info?.heartbeatMs, recovered, clientId } = intro ?? {}
        // No hub: all topics are granted.
        if (!intro) host.topics._open({})
        out.open({ heartbeatMs, recovered, clientId })
      }
      // The attempt's own time limit goes on until it is open.
      timer(Math.min(INTRODUCTION, host.options.connectTimeout / 2 || Infinity), open)
    },
    _opened: (intro) => open(intro),
    block(block) {
      const { type, data, id } = block
      if (host.options.dedupe && type !== 'connected' && isBehind(`${id}`, cursor)) return undefined
      cursor = id ?? cursor
      hasNews ||= data !== undefined
      return out.block(block)
    },
    end,
    _goodbye({ reconnectInMs }) {
      const ms = Math.max(+(reconnectInMs as number) || 0, GOODBYE_MIN)
      earliest = monotonic(clock) + ms
      // A server that says goodbye at once to every connection is backed off from, or it would be asked every second.
      timer(ms, () => (hasNews || earliest - startedAt >= STEADY ? host.reconnect() : end()))
    },
  }
}

/**
 * The reports of one connection.
 * @param timer - Of the connection.
 */
function createHubSink(host: HubHost, request: TransportRequest, out: TransportSink, timer: Timer): TransportSink {
  const sink = createHubStream(host, request, out, timer)
  /** The reserved events. Without a prototype: any other event may be called `constructor`. */
  const controls: { readonly [type: string]: Obey | undefined } = {
    __proto__: null as never,
    connected: same,
    subscribed: host.topics._open,
    live: same,
    ping(control) {
      // Transports that hear no comments are sent a `ping`; by convention it is a heartbeat.
      if (control.topic) next = control
      else out.comment(control as never)
    },
    gap: out.gap as unknown as Obey,
    goodbye: sink._goodbye,
  }
  /** Whether the server has introduced itself; undefined until its first event. */
  let isHub: boolean | undefined
  /** Announced details of the next event. If that is lost, there is a gap. */
  let next: Control = {}

  return {
    ...sink,
    comment(text) {
      const topic = readComment(text)
      if (topic) next = { topic }
      else out.comment(text)
    },
    gap(gap) {
      next = {}
      out.gap(gap)
    },
    block(block) {
      const { type, data } = block
      const obey = data !== undefined && controls[type]
      const control: Control = obey ? readControl(data) : {}
      if (data !== undefined) isHub ??= type === 'connected' && control.v === VERSION
      // First: an observer of the opening may ask for the client id. Its fields may be of any type.
      if (isHub && type === 'connected') callSafely(host.topics._open, control)
      sink._opened(isHub ? control : undefined)
      const topic = block.topic ?? topicOf(type, next)
      next = {}
      if (!isHub) return out.block(block)
      if (!obey) return sink.block({ ...block, topic })
      // Its id moves the cursor.
      sink.block({ ...block, data: undefined })
      callSafely(obey, control)
      return undefined
    },
  }
}
