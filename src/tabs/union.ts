import { createTimer, type Timer } from '../base/clock.ts'
import { CONFIRM, changeOf } from '../hub/change.ts'
import { type Control, covers, readControl } from '../hub/protocol.ts'
import type { Block } from '../transports/transport.ts'
import type { Hello } from './message.ts'
import { confirm, renew, type Tab } from './tab.ts'

/*
 * The topics of all tabs, as the server knows them: one set for the shared connection. And what the server says of that
 * connection, as it is to be passed on.
 */

export interface Union {
  /** The server's introduction on this connection; undefined if there was none. */
  _intro?: Control | undefined
  /** A request is about to be sent. @returns The topics for it. */
  _start(): readonly string[]
  /** For the server's introduction, and then for its answer to a change. */
  readonly _wait: Timer
  /** Sends the server what has changed, while the connection is open. */
  _changed(): void
  /** Whether the server was asked for all of these topics, and has answered. */
  _covers(topics: readonly string[]): boolean
  /** Whether a tab has asked for this topic. If none has, the server has joined all tabs to it. */
  _isWanted(topic: string | undefined): boolean
  /** Takes the server's answer to a change. @returns Whether it is that: tabs that waited for it may join. */
  _confirm(block: Block): boolean
  _end(): void
}

/** @param hellos - Those of the other tabs. */
export function createUnion(tab: Tab, hellos: () => readonly Hello[]): Union {
  const { _clock, _host } = tab
  const timer = createTimer(_clock)
  let asked: readonly string[] = []
  /** The topics that were asked for before the changes that are under way. */
  let left: readonly string[] = []
  /** Each change has a number, which the server repeats. */
  let revision = 0
  /** The number of the change that is under way; 0: none is. */
  let pending = 0

  function settle(): void {
    timer()
    pending = 0
    left = []
  }

  const all = (): string[] => [
    ...new Set([...(tab._attempt?._topics ?? []), ...hellos().flatMap(({ topics }) => topics)]),
  ]

  const self: Union = {
    _start() {
      settle()
      self._intro = undefined
      asked = all()
      return asked
    },
    _wait: timer,
    _changed() {
      if (!tab._attempt?._isLive) return
      const { topics } = _host
      const due = changeOf(asked, all(), topics && self._intro?.clientId)
      if (!due) {
        // Another tab may have wanted before what this one wants now.
        if (!pending) confirm(tab, self._intro)
      } else if (due.clientId) {
        left = [...left, ...asked]
        asked = due.all
        const rev = ++revision
        pending = rev
        // A new request asks for all of them.
        const again = (): unknown => rev === pending && renew(tab)
        timer(CONFIRM, again)
        topics?.change({ ...due, rev }).catch(again)
      } else renew(tab)
    },
    _covers: (topics) => !pending && topics.every((name) => asked.includes(name)),
    _isWanted: (topic) => [...left, ...asked].some((name) => covers(name, topic)),
    _confirm({ type, data }) {
      const { _intro: intro } = self
      if (!intro || type !== 'subscribed' || !data) return false
      const { rev = 0, topics = asked, denied = intro.denied } = readControl(data)
      // Of two changes the later one's answer says more.
      if (rev < pending) return false
      settle()
      self._intro = { ...intro, topics, denied } as Control
      confirm(tab, self._intro)
      return true
    },
    _end: settle,
  }
  return self
}
