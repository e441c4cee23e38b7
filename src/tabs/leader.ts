import { createTimer, monotonic } from '../base/clock.ts'
import { SSEError } from '../base/errors.ts'
import { withParam } from '../base/url.ts'
import { type Control, readComment, readControl, topicOf } from '../hub/protocol.ts'
import type { TransportSink } from '../transports/transport.ts'
import { blockOf } from './backlog.ts'
import { createHandover } from './handover.ts'
import { type Hello, type Message, plain, plainError } from './message.ts'
import { createRelay } from './relay.ts'
import { createRoster } from './roster.ts'
import { type Attempt, introOf, post, renew, type Tab } from './tab.ts'
import { createUnion } from './union.ts'

/*
 * The tab that has the shared connection: it asks for what all tabs want, passes on what it receives, and knows the other tabs.
 */

export interface Leader {
  /** Connects, for an attempt of the client. */
  _start(attempt: Attempt): void
  /** A message of a follower. */
  _receive(message: Message): void
  /** Posts the client's state. */
  _report(): void
  /** The topics that this tab wants have changed. */
  _update(): void
  /** Whether the connection has just ended, so that what the client makes of it holds for all. */
  readonly _ending: boolean
  /** It has asked another tab to take over. */
  _isYielding(): boolean
  _end(): void
}

/** How long a server may take to introduce itself. Until then nobody can be welcomed. */
const INTRODUCTION = 1000
/** A connection that has been silent for so long, and that a follower doubts, is left. */
const DOUBTFUL = 10_000

/** @param deposed - Another tab leads. */
export function createLeader(tab: Tab, deposed: () => void): Leader {
  const { _host, _clock, _inner, _term } = tab
  const roster = createRoster(tab, update)
  const union = createUnion(tab, roster._all)
  const relay = createRelay(tab, () => roster._all().length > 0, deposed)
  const handover = createHandover(tab, roster._all)
  const introduction = createTimer(_clock)
  let hasCalled = false
  let heardAt = 0
  let heartbeatMs: number | undefined

  /** From now on others may join. */
  function begin(attempt: Attempt): void {
    if (attempt._isLive) return
    attempt._isLive = true
    report()
  }

  function update(): void {
    if (tab._attempt?._isLive) union._update(tab._attempt)
  }

  const report = (): void => post(tab, { kind: 'state', term: _term, state: plain(_host.state.get()) })

  /** For a transport that must listen for each name. */
  function listen(names: readonly string[]): void {
    for (const name of names) tab._listen?.(name)
  }

  function welcome({ from, ask, at, topics }: Hello): void {
    if (!union._covers(topics)) return
    relay._flush()
    const { n, cursor } = tab._at
    const lacks = tab._backlog._after(at)
    const isWhole = lacks?.every((entry) => introOf(blockOf(entry))?.recovered !== false)
    const recovered = Boolean(isWhole && (at.n || at.cursor))
    // Without an id there is nothing to ask the server for: the tab can only go on from here.
    const entries = lacks ?? (at.cursor ? undefined : [])
    const intro = union._intro && JSON.stringify({ ...union._intro, recovered })
    post(tab, { kind: 'welcome', to: from, ask, term: _term, n, entries, heartbeatMs, intro, cursor })
  }

  function createSink(attempt: Attempt): TransportSink {
    const { _sink } = attempt
    const act = (act: () => void): void => relay._act(attempt, act)
    /** What a comment, or a `ping` of a transport that gets no comments, announces of the next event. */
    let announced: Control = {}
    let isFirst = true
    return {
      open: (info) =>
        act(() => {
          heartbeatMs = info?.heartbeatMs
          heardAt = monotonic(_clock)
          introduction(INTRODUCTION, () => act(() => begin(attempt)))
          _sink.open(info)
        }),
      heard() {
        relay._awake()
        heardAt = monotonic(_clock)
        act(_sink.heard)
      },
      block(block) {
        act(() => {
          const { type, data, id } = block
          const topic = block.topic ?? topicOf(type, announced)
          announced = type === 'ping' && union._intro ? readControl(`${data}`) : {}
          if (isFirst) union._intro = introOf(block)
          isFirst = false
          const isOwn = announced.topic || (type === 'subscribed' && union._intro)
          if (!isOwn || id !== undefined)
            relay._add(attempt, ['block', { type, data: isOwn ? undefined : data, id, topic }])
          if (union._confirm(attempt, block)) for (const hello of roster._all()) welcome(hello)
          begin(attempt)
        })
        return undefined
      },
      retry: (ms) => relay._add(attempt, ['retry', ms]),
      comment: (text) =>
        act(() => {
          const topic = union._intro && readComment(text)
          if (topic) announced = { topic }
          else relay._add(attempt, ['comment', ''])
        }),
      gap: (gap) =>
        act(() => {
          announced = {}
          relay._add(attempt, ['gap', gap])
        }),
      end: (reason) =>
        act(() => {
          relay._flush()
          self._ending = true
          _sink.end(reason)
          self._ending = false
          // The cursor was refused, and has been dropped: that of every tab.
          const isRefused = reason instanceof SSEError && reason.code === 'http'
          if (isRefused && _host.state.get().status === 'connecting')
            post(tab, { kind: 'refused', term: _term, error: plainError(reason) })
        }),
    }
  }

  async function start(attempt: Attempt): Promise<void> {
    const { _request, _topics } = attempt
    if (!hasCalled) {
      report()
      await roster._call()
    }
    hasCalled = true
    if (tab._attempt !== attempt) return
    const topics = union._start()
    // Left as it is if nothing comes with the others: it may be signed.
    const isMore = topics.length > _topics.length
    const url = isMore ? withParam(_request.url, 'topics', topics.join()) : _request.url
    const link = _inner.connect({ ..._request, url, lastEventId: tab._at.cursor }, createSink(attempt))
    // It may have been left before it returned.
    if (tab._attempt !== attempt) return link.close()
    attempt._link = link
    listen([...topics, ...roster._all().flatMap(({ names }) => names)])
  }

  const self = {
    _report: report,
    _update: update,
    _ending: false,
    _isYielding: () => handover._asked,
    _start(attempt: Attempt) {
      start(attempt).catch(attempt._sink.end)
    },
    _receive(message: Message) {
      relay._awake()
      if (message.kind === 'probe') report()
      if (message.kind !== 'hello') return
      const { nudge, names, to } = message
      // This tab did not know how far terms have got, or has been deposed.
      if (to > _term) {
        tab._term = to
        return deposed()
      }
      roster._add(message)
      const state = _host.state.get()
      const isWaiting = state.status === 'waiting'
      const isLive = tab._attempt?._isLive
      const isDoubtful = isLive && monotonic(_clock) - heardAt > DOUBTFUL
      if (isWaiting ? nudge === state.until : isDoubtful && nudge !== undefined) return renew(tab)
      listen(names)
      update()
      if (isLive) welcome(message)
      else if (to !== _term || isWaiting) report()
      handover._look()
    },
    _end() {
      relay._end()
      handover._end()
      introduction()
      union._end()
      roster._end()
    },
  }
  return self
}
