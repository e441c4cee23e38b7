import { revive } from './message.ts'
import { mirror } from './mirror.ts'
import { createSilence } from './silence.ts'
import { confirm, deliverAll, type Part, post, type Tab } from './tab.ts'
import { begin } from './welcome.ts'

/*
 * A tab that receives the stream through another: it says who it is, delivers what the leader posts, keeps its client in the
 * state of the leader's, and notices when the leader does not answer any more.
 */

/**
 * @param suspect - The leader does not answer.
 * @param inherit - The leader asks this tab to lead.
 */
export function createFollower(tab: Tab, suspect: () => void, inherit: () => void): Part {
  const silence = createSilence(tab, suspect)
  /** The number of the last hello. */
  let ask = 0

  function hello(nudge?: number): void {
    const { _attempt, _tabId: from, _at: at } = tab
    if (!_attempt || !from) return
    const { _topics: topics } = _attempt
    const visible = tab._platform.isVisible()
    post(tab, { kind: 'hello', from, ask: ++ask, at, topics, names: tab._names, visible, nudge })
  }

  return {
    _changed: hello,
    _start() {
      silence._heard()
      silence._start()
      hello(tab._renewing ? undefined : tab._waitsUntil)
    },
    _receive(message) {
      const attempt = tab._attempt
      const { kind, term } = message
      // From another follower.
      if (/hello|probe/.test(kind)) return
      if (term < tab._term) {
        // From an earlier leader, or from one whose clock is behind: that learns of its term by the answer.
        if (kind === 'state') hello()
        return
      }
      if (term > tab._term) {
        tab._term = term
        if (attempt) attempt._isLive = false
        hello()
      }
      if (kind === 'yield') return message.to === tab._tabId ? inherit() : undefined
      silence._heard()
      if (kind === 'state') return mirror(tab, message.state, hello)
      if (!attempt) return
      if (kind === 'refused' && attempt._request.lastEventId) return attempt._sink.end(revive(message.error))
      // It is catching up.
      if (attempt._link) return
      if (kind === 'welcome' && message.to === tab._tabId && message.ask === ask) {
        if (!attempt._isLive) begin(tab, attempt, message, hello)
        else confirm(tab, message.intro)
      }
      if (kind !== 'frames' || !attempt._isLive) return
      attempt._sink.heard()
      if (
        deliverAll(
          tab,
          attempt,
          message.list.map((frame, index) => ({ term, n: message.n + index, frame })),
        )
      )
        return
      // Something was lost on the way: the leader still has it.
      attempt._isLive = false
      hello()
    },
    _end: silence._end,
  }
}
