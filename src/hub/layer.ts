import { withDefaults } from '../base/check.ts'
import { createTimer, monotonic, type Timer } from '../base/clock.ts'
import { callSafely, report, SSEError } from '../base/errors.ts'
import { same } from '../base/same.ts'
import { withParam } from '../base/url.ts'
import type { SSEUrl, TransportRequest } from '../transports/request.ts'
import type { Transport, TransportLink, TransportSink } from '../transports/transport.ts'
import { explained, post } from './post.ts'
import { type Control, isBehind, readComment, readControl, topicOf, VERSION } from './protocol.ts'
import { createTopics, type HubHost, type TopicRefused } from './topics.ts'

/** How long after its headers a server may introduce itself, in milliseconds. */
const INTRODUCTION = 1000
/** A server that says goodbye at once to every client must not be stormed. */
const GOODBYE_MIN = 1000
/** A connection that lasted for so long has not failed, though it brought nothing. */
const STEADY = 10_000

/** What is special about a server that speaks docs/protocol.md. */
export interface HubOptions {
  /**
   * Topics that the client joins as long as it is connected. Others come with `topic()`. A name has up to 200 letters, digits and
   * `. _ : / -`. `orders.*` is everything under it, and `*` is everything.
   * @defaultValue []
   */
  readonly topics?: readonly string[] | undefined
  /**
   * Where changes of the topics are sent, while the stream is open.
   * @defaultValue the stream's own URL
   */
  readonly topicsUrl?: SSEUrl | undefined
  /**
   * Where `send()` sends events.
   * @defaultValue the stream's own URL
   */
  readonly sendUrl?: SSEUrl | undefined
  /**
   * Called for each topic that the server does not grant, each time that it says so: with every connection and every change of
   * the topics. The other topics and the stream go on.
   * @defaultValue the error goes to `reportError`
   */
  readonly onTopicRefused?: ((error: TopicRefused) => void) | undefined
}

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
      topics._fail(
        state.status === 'closed' ? (state.error ?? new SSEError('gave-up', 'the client was closed')) : undefined,
      )
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

/** What follows from a reserved event. */
type Obey = (control: Control) => unknown

/**
 * What goes on to the client of a hub's events: no repeats, as ids tell them. And how the connection ends, which the server
 * may ask for.
 * @param timer - For the time after a `goodbye`.
 */
function createHubStream(
  host: HubHost,
  { clock, lastEventId }: TransportRequest,
  out: TransportSink,
  timer: Timer,
): TransportSink & { readonly _goodbye: Obey } {
  const startedAt = monotonic(clock)
  let cursor = lastEventId
  let hasNews = false
  /** When the server asked the client to be back, on the monotonic clock; 0 if it did not. */
  let earliest = 0

  function end(reason?: unknown): void {
    timer()
    const retryAfter = earliest - monotonic(clock)
    out.end(earliest ? new SSEError('network', 'goodbye', { retryAfter }) : explained(reason))
  }

  return {
    ...out,
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
 * What one connection reports.
 * @param timer - For the introduction, and then for a `goodbye`. It has to be stopped when the connection is closed.
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
  /** Reports that the connection is open, once. */
  let open: (control?: Control) => unknown = same
  /** Whether the server has introduced itself; undefined until its first event. */
  let isHub: boolean | undefined
  /** What is announced of the next event. If that is lost, there is a gap. */
  let next: Control = {}

  return {
    ...sink,
    open(info) {
      open = (control = {}) => {
        open = same
        timer()
        const { heartbeatMs = info?.heartbeatMs, recovered, clientId } = control
        if (!isHub) host.topics._open(control)
        out.open({ heartbeatMs, recovered, clientId })
      }
      // The attempt's own time limit goes on until it is open.
      timer(Math.min(INTRODUCTION, host.options.connectTimeout / 2 || Infinity), open)
    },
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
      open(isHub ? control : {})
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
