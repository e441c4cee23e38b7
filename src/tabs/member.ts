import type { TransportRequest } from '../transports/request.ts'
import type { TransportLink, TransportSink } from '../transports/transport.ts'
import { createFollower } from './follower.ts'
import { createLeader, type Leader } from './leader.ts'
import { holdLock } from './locks.ts'
import { type Message, plainError, revive } from './message.ts'
import { createAttempt, createTab, isActive, moveTo, post, renew, type Tab, type TabContext } from './tab.ts'
import { createUsurper } from './usurp.ts'

/*
 * A client among the tabs: joins when its client wants a connection, queues for the lead, and leaves when it does not.
 */

/** The part of a client: it has the connection, gets the stream through another tab, or shares nothing. */
export type TabsRole = 'leader' | 'follower' | 'alone'

export interface Member {
  readonly _tab: Pick<Tab, '_name' | '_renewing'>
  _connect(request: TransportRequest, sink: TransportSink): TransportLink
  /** Tells the leader what this tab wants, unless it leads itself. */
  _hello(): void
  /** Has no more to do with the client. */
  _end(): void
}

export function createMember(context: TabContext, play: (role: TabsRole) => void, ended: () => void): Member {
  const tab = createTab(context)
  const { _name, _inner, _host, _platform } = tab
  const usurper = createUsurper(tab, () => leader || queue(true), goAlone)
  const follower = createFollower(tab, usurper._suspect)
  let leader: Leader | undefined
  /** Gives back what the tab holds of the browser. */
  let releases: (() => void)[] = []
  /** Releases the lead, or leaves the queue for it. */
  let leaveQueue: (() => void) | undefined
  /** Locks or channels cannot be had. */
  let isAlone = false

  const hello = (): void => {
    if (!leader) follower._update()
  }

  function join(): void {
    // Not drawn from the clock's chance: tests have all tabs share that. Where there are locks there is crypto.
    const id = crypto.randomUUID()
    // Any script of the origin may post anything.
    tab._channel = _platform.channel(_name, (message) => receive(Object(message)))
    const enter = (): void => {
      // Only now: a leader that got this tab's lock before the tab would take the tab for dead.
      tab._id = id
      queue()
      hello()
    }
    const release = holdLock(tab, `:${id}`, enter, goAlone)
    releases = [release, _platform.onVisibility(hello)]
    play('follower')
  }

  function queue(steal?: boolean): void {
    if (!tab._channel) return
    leaveQueue?.()
    const lost = (isStolen: boolean): void => {
      if (!isStolen) goAlone()
      else if (leader) depose()
      // Stolen before this tab knew that it had it.
      else queue()
    }
    leaveQueue = holdLock(tab, '', lead, lost, steal)
  }

  function lead(): void {
    follower._end()
    tab._term = Math.max(tab._term + 1, tab._clock.now())
    leader = createLeader(tab, depose)
    play('leader')
    startOver()
    leader._report()
  }

  /** Another tab leads. */
  function depose(): void {
    if (!leader) return
    leader._end()
    // A tab that did not answer does not take the lead back.
    if (!leader._isYielding()) usurper._note()
    leader = undefined
    play('follower')
    queue()
    startOver()
  }

  /**
   * Makes a new attempt in place of the one that there is. A wait that the server asked for is kept; any other may come only from
   * the last leader's page: a page that is left breaks its connection first.
   */
  function startOver(): void {
    const state = _host.state.get()
    if (state.status !== 'waiting' || !state.error.retryAfter) renew(tab)
  }

  function goAlone(): void {
    if (isAlone || !tab._channel) return
    isAlone = true
    leave()
    startOver()
  }

  function leave(): void {
    if (!tab._channel) return
    leader?._end()
    leader = undefined
    follower._end()
    usurper._end()
    tab._channel.close()
    tab._channel = undefined
    leaveQueue?.()
    for (const release of releases) release()
    tab._renewing = false
    tab._id = ''
    tab._backlog._forget()
    play('alone')
  }

  function receive(message: Message): void {
    if (message.kind === 'end') return _host.end(message.error && revive(message.error))
    if (!('term' in message)) return leader?._receive(message)
    const { term } = message
    if (term < tab._term) {
      // From an earlier leader, or from one whose clock is behind: that learns of its term by the answer.
      if (message.kind === 'state') hello()
      return
    }
    if (term > tab._term) {
      tab._term = term
      if (leader) return depose()
      if (tab._attempt) tab._attempt._isLive = false
      hello()
    }
    if (message.kind !== 'yield') return leader ? undefined : follower._receive(message)
    if (message.to === tab._id) queue(true)
  }

  const unsubscribe = _host.state.subscribe((state) => {
    if (isActive(_host)) return leader?._report()
    if (state.status !== 'closed') return leave()
    const { error } = state
    // What the server says to one it says to all. But credentials are each tab's own; and a page that is left breaks its
    // connection first.
    if (leader?._ending && !/unauthorized|gave-up/.test(`${error?.code}`))
      post(tab, { kind: 'end', error: error && plainError(error) })
    end()
  })

  function end(): void {
    leave()
    unsubscribe()
    ended()
  }

  return {
    _tab: tab,
    _end: end,
    _hello: hello,
    _connect(request, sink) {
      const attempt = createAttempt(request, sink)
      const nudge = tab._channel && !tab._renewing ? follower._waitsUntil : undefined
      tab._renewing = false
      tab._attempt = attempt
      moveTo(tab, request.lastEventId, leader !== undefined)
      try {
        if (!tab._channel && !isAlone) join()
      } catch {
        isAlone = true
      }
      if (isAlone) return _inner.connect(request, sink)
      ;(leader ?? follower)._start(attempt, nudge)
      return {
        close() {
          attempt._link?.close()
          if (tab._attempt !== attempt) return
          tab._attempt = undefined
          follower._end()
        },
        join(topics) {
          attempt._topics = topics
          ;(leader ?? follower)._update()
          return true
        },
      }
    },
  }
}
