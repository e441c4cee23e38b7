import type { TransportRequest } from '../transports/request.ts'
import type { TransportLink, TransportSink } from '../transports/transport.ts'
import { createFollower } from './follower.ts'
import { createLeader } from './leader.ts'
import { type Message, plainError, revive } from './message.ts'
import { createPresence } from './presence.ts'
import {
  ALONE,
  APART,
  close,
  FOLLOWING,
  follow,
  JOINING,
  LEADING,
  leave,
  type Step,
  separate,
  type TabsRole,
} from './role.ts'
import {
  type Attempt,
  createAttempt,
  createTab,
  isActive,
  moveTo,
  NOWHERE,
  type Part,
  post,
  report,
  startOver,
  type Tab,
  type TabContext,
} from './tab.ts'
import { createUsurper } from './usurp.ts'

/*
 * A client among the tabs: joins when its client wants a connection, and leaves when it does not. It enters roles, and carries
 * out what they mean.
 */

export interface Member {
  /** @param name - That of the stream. */
  _connect(name: string, request: TransportRequest, sink: TransportSink): TransportLink
  /** Something of what this tab wants has changed. */
  _changed(): void
}

/**
 * @param play - Called with each role that the tab enters, and the name of the stream.
 * @param closed - The client has closed.
 */
export function createMember(
  context: TabContext,
  play: (role: TabsRole, name: string) => void,
  closed: () => void,
): Member {
  const tab = createTab(context)
  const { _inner, _host } = tab
  const changed = (): void => (leader ?? follower)._changed()
  const presence = createPresence(tab, receive, changed, go)
  const usurper = createUsurper(tab, presence._steal, () => go(separate))
  const follower = createFollower(tab, usurper._suspect, presence._steal)
  /** While it leads. */
  let leader: Part | undefined

  /** The only place that changes the role. */
  function go(step: Step): void {
    const before = tab._role
    const role = step(before)
    const led = leader
    if (role === before) return
    tab._role = role
    leader = undefined
    led?._end()
    if (role === JOINING) return
    if (step !== follow) follower._end()
    if (role === LEADING) {
      tab._term = Math.max(tab._term + 1, tab._clock.now())
      leader = createLeader(tab, () => go(follow))
    } else if (role === FOLLOWING) {
      presence._queue()
      // A tab that did not answer does not take the lead back.
      if (led && !tab._isYielding) usurper._note()
    } else {
      usurper._end()
      presence._end()
      tab._renewing = false
      tab._backlog._forget()
    }
    play(role.kind as TabsRole, tab._name)
    if (before === JOINING && role === FOLLOWING) changed()
    else if (before !== ALONE && role !== ALONE) startOver(tab)
    if (leader) report(tab)
  }

  function receive(message: Message): void {
    if (message.kind === 'end') _host.end(message.error && revive(message.error))
    else (leader ?? follower)._receive(message)
  }

  _host.state.subscribe((state) => {
    if (isActive(_host)) return leader && report(tab)
    if (state.status !== 'closed') return go(leave)
    const { error } = state
    // The server sends the same to all of them. But credentials are each tab's own; and a page that is left breaks its
    // connection first.
    if (tab._isEnding && !/unauthorized|gave-up/.test(`${error?.code}`))
      post(tab, { kind: 'end', error: error && plainError(error) })
    go(close)
    closed()
  })

  return {
    _changed: changed,
    _connect(name, request, sink) {
      // A client that goes by another name at each attempt must not join again with each that joining leads to.
      if (!tab._renewing && tab._name !== name) {
        go(close)
        tab._name = name
        tab._term = 0
        tab._at = NOWHERE
      }
      const attempt = createAttempt(request, sink)
      tab._attempt = attempt
      moveTo(tab, request.lastEventId)
      if (tab._role === ALONE) presence._start()
      if (tab._role !== APART) (leader ?? follower)._start(attempt)
      tab._renewing = false
      if (tab._role === APART) return _inner.connect(request, sink)
      return createLink(tab, attempt, changed, follower._end)
    },
  }
}

/**
 * The link of an attempt that the tab leads, or follows with.
 * @param changed - The topics that the tab wants have changed.
 * @param left - The client has left the attempt.
 */
function createLink(tab: Tab, attempt: Attempt, changed: () => void, left: () => void): TransportLink {
  return {
    close() {
      attempt._link?.close()
      if (tab._attempt !== attempt) return
      tab._attempt = undefined
      left()
    },
    join(topics) {
      attempt._topics = topics
      attempt._told = false
      changed()
      return true
    },
  }
}
