import { createTimer, monotonic } from '../base/clock.ts'
import { SSEError } from '../base/errors.ts'
import { readControl } from '../hub/protocol.ts'
import { guardSink } from '../transports/transport.ts'
import { holdLock } from './locks.ts'
import { type Entry, type Message, type PlainState, revive, type Welcome } from './message.ts'
import { type Attempt, confirm, deliver, NOWHERE, post, renew, type Tab } from './tab.ts'

/*
 * A tab that receives the stream through another: it says who it is, delivers what the leader posts, keeps its client in the
 * state of the leader's, and notices when the leader does not answer any more.
 */

export interface Follower {
  /** Until when the leader's client waits, as far as is known; 0: it does not. */
  readonly _waitsUntil: number
  /** Joins the leader's stream, for an attempt of the client. */
  _start(attempt: Attempt, nudge: number | undefined): void
  /** A message of the leader. */
  _receive(message: Message): void
  /** Posts again what this tab wants. */
  _update(nudge?: number): void
  _end(): void
}

/** A leader that has been silent for so long is asked whether it is there, */
const SILENT = 15_000
/** and asked again, this often. */
const PROBE = 3000
const PROBES = 2

/** @param suspect - The leader does not answer. */
export function createFollower(tab: Tab, suspect: () => void): Follower {
  const { _host, _clock, _platform } = tab
  const timer = createTimer(_clock)
  let heardAt = 0
  let unanswered = 0
  /** The number of the last hello. */
  let ask = 0
  /** Ends the attempt to catch up; undefined: there is none. */
  let leave: (() => void) | undefined

  function hello(nudge?: number): void {
    const { _attempt, _id: from, _term: to, _at: at } = tab
    if (!_attempt || !from) return
    const { _topics: topics } = _attempt
    const names = [...tab._names, ...topics]
    post(tab, { kind: 'hello', from, to, ask: ++ask, at, topics, names, visible: _platform.isVisible(), nudge })
  }

  function heard(): void {
    heardAt = monotonic(_clock)
    unanswered = 0
  }

  /** A hidden tab does not notice anything: nobody looks at it, and its timers are late. */
  function watch(): void {
    const limit = (): number => (tab._attempt?._isLive ? SILENT : PROBE)
    const now = monotonic(_clock)
    const quiet = heardAt + limit()
    const due = unanswered || quiet <= now ? now + PROBE : quiet
    timer(due - now, () => {
      const now = monotonic(_clock)
      const isSilent = now - heardAt >= limit()
      // A tab that has slept has heard nothing, though the leader may be well.
      const isReliable = _platform.isVisible() && now - due <= PROBE && _host.state.get().status !== 'waiting'
      if (!isSilent || !isReliable) unanswered = 0
      else if (unanswered++ < PROBES) post(tab, { kind: 'probe' })
      else {
        unanswered = 0
        suspect()
      }
      watch()
    })
  }

  function begin(attempt: Attempt, { term, n, entries, heartbeatMs, intro, cursor }: Welcome): void {
    const { _sink, _request } = attempt
    if (!entries && intro) return catchUp(attempt)
    if (!entries) return _sink.end(new SSEError('http', 'far behind', { status: 409 }))
    attempt._isLive = true
    if (attempt._isOpen) _sink.heard()
    else {
      attempt._isOpen = true
      _sink.open({ heartbeatMs })
      const id = _request.lastEventId ? undefined : cursor || undefined
      if (intro || id) _sink.block({ type: 'connected', data: intro, id })
    }
    // What it lacks may have the numbers of an earlier leader. After that they are this one's.
    const [first] = entries
    if (first) tab._at = { ...tab._at, term: first.term, n: first.n - 1 }
    deliverAll(attempt, entries)
    if (tab._attempt === attempt) tab._at = { term, n, cursor: tab._at.cursor || cursor }
  }

  /** Gets from the server what the leader does not have any more, over a connection of its own. One tab at a time does. */
  function catchUp(attempt: Attempt): void {
    if (leave) return
    const { _sink, _request } = attempt
    const release = holdLock(tab, '|late', () => {
      try {
        const link = tab._inner.connect(_request, guardSink(sink, isOpen))
        if (isOpen()) attempt._link = link
        else link.close()
      } catch (error) {
        _sink.end(error)
      }
    })
    const end = (): void => {
      leave = undefined
      attempt._link?.close()
      attempt._link = undefined
      release()
    }
    leave = end
    const isOpen = (): boolean => leave === end
    const sink: typeof _sink = {
      ..._sink,
      open(info) {
        if (!attempt._isOpen) _sink.open(info)
        attempt._isOpen = true
      },
      block(block) {
        const { type, id } = block
        if (id !== undefined) tab._at = { ...NOWHERE, cursor: id }
        const work = _sink.block(block)
        if (type === 'live') {
          // Everything that was missed is here: now the leader's frames follow.
          leave?.()
          hello()
        }
        return work
      },
    }
  }

  /** Brings the client into the state of the leader's. */
  function mirror(state: PlainState): void {
    const { status } = state
    const current = _host.state.get()
    self._waitsUntil = 0
    if (status === 'waiting') {
      const { until, error } = state
      self._waitsUntil = until
      if (current.status === 'waiting' && current.until === until) return
      leave?.()
      _host.wait({ ...state, error: revive(error) })
    } else if (current.status === 'waiting' || (status === 'connecting' && current.status === 'open')) renew(tab)
    else if (status === 'open' && !tab._attempt?._isLive) hello()
  }

  function deliverAll(attempt: Attempt, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const ahead = entry.n - tab._at.n
      if (tab._attempt !== attempt) return
      if (ahead > 1) {
        // Something was lost on the way: the leader still has it.
        attempt._isLive = false
        return hello()
      }
      if (ahead > 0) deliver(tab, attempt, entry)
    }
  }

  const self: Follower & { _waitsUntil: number } = {
    _waitsUntil: 0,
    _update: hello,
    _start(_, nudge) {
      heard()
      hello(nudge)
      watch()
    },
    _receive(message) {
      const attempt = tab._attempt
      const { kind } = message
      heard()
      if (kind === 'state') return mirror(message.state)
      if (!attempt) return
      if (kind === 'refused' && attempt._request.lastEventId) return attempt._sink.end(revive(message.error))
      if (leave) return
      if (kind === 'welcome' && message.to === tab._id && message.ask === ask) {
        if (!attempt._isLive) begin(attempt, message)
        else if (message.intro) confirm(_host, attempt, readControl(message.intro).topics)
      }
      if (kind !== 'frames' || !attempt._isLive) return
      const { term, n, list } = message
      attempt._sink.heard()
      deliverAll(
        attempt,
        list.map((frame, index) => ({ term, n: n + index, frame })),
      )
    },
    _end() {
      timer()
      leave?.()
    },
  }
  return self
}
