import { monotonic } from '../base/clock.ts'
import { withParam } from '../base/url.ts'
import { createHandover } from './handover.ts'
import { createIntake } from './intake.ts'
import type { Hello } from './message.ts'
import { createRelay } from './relay.ts'
import { createRoster } from './roster.ts'
import { type Attempt, type Part, post, renew, report, type Tab } from './tab.ts'
import { createUnion } from './union.ts'
import { welcome } from './welcome.ts'

/*
 * The tab that has the shared connection: it asks for what all tabs want, passes on what it receives, and knows the other tabs.
 */

/** A connection that has been silent for so long, and that a follower doubts, is left. */
const DOUBTFUL = 10_000

/** @param deposed - Another tab leads. */
export function createLeader(tab: Tab, deposed: () => void): Part {
  const { _host, _clock, _inner, _term } = tab
  const roster = createRoster(tab, () => union._changed())
  const union = createUnion(tab, roster._all)
  const relay = createRelay(tab, roster._all, deposed)
  const handover = createHandover(tab, roster._all)
  const called = roster._call()

  function answer(hello: Hello): void {
    if (!union._covers(hello.topics)) return
    relay._postNow()
    post(tab, welcome(tab, hello, union._intro))
  }

  function answerAll(): void {
    for (const hello of roster._all()) answer(hello)
  }

  async function start(attempt: Attempt): Promise<void> {
    const { _request, _topics } = attempt
    await called
    if (tab._attempt !== attempt) return
    const topics = union._start()
    // Left as it is if nothing comes with the others: it may be signed.
    const isMore = topics.length > _topics.length
    const url = isMore ? withParam(_request.url, 'topics', topics.join()) : _request.url
    const link = _inner.connect(
      { ..._request, url, lastEventId: tab._at.cursor },
      createIntake(tab, attempt, union, relay, answerAll),
    )
    // It may have been left before it returned.
    if (tab._attempt !== attempt) return link.close()
    attempt._link = link
  }

  return {
    _changed: union._changed,
    _start(attempt) {
      start(attempt).catch(attempt._sink.end)
    },
    _receive(message) {
      const { kind, term } = message
      if (term > _term) {
        tab._term = term
        return deposed()
      }
      if (kind === 'probe') report(tab)
      if (kind !== 'hello') return
      const { nudge, names } = message
      roster._add(message)
      const state = _host.state.get()
      const isWaiting = state.status === 'waiting'
      const { _attempt } = tab
      const isLive = _attempt?._isLive
      const isDoubtful = isLive && monotonic(_clock) - (_attempt._heardAt as number) > DOUBTFUL
      if (isWaiting ? nudge === state.until : isDoubtful && nudge !== undefined) return renew(tab)
      // For a transport that must listen for each name, now and with each connection.
      for (const name of names) tab._listen?.(name)
      union._changed()
      if (isLive) answer(message)
      else if (term !== _term || isWaiting) report(tab)
      handover._changed()
    },
    _end() {
      relay._end()
      handover._end()
      union._end()
      roster._end()
    },
  }
}
