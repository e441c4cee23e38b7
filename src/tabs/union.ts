import { createTimer } from '../base/clock.ts'
import { type Control, readControl } from '../hub/protocol.ts'
import type { Block } from '../transports/transport.ts'
import type { Hello } from './message.ts'
import { type Attempt, confirm, renew, type Tab, without } from './tab.ts'

/*
 * The topics of all tabs, as the server knows them: one set for the shared connection. And what the server says of that
 * connection, as it is to be passed on.
 */

export interface Union {
  /** What the server said of itself on this connection; undefined if it has not introduced itself. */
  _intro: Control | undefined
  /** A request is about to be sent. @returns The topics for it. */
  _start(): readonly string[]
  /** Sends the server what has changed, while the connection is open. */
  _update(attempt: Attempt): void
  /** Whether the server was asked for all of these topics, and has answered. */
  _covers(topics: readonly string[]): boolean
  /** Takes the server's answer to a change. @returns Whether it is that: tabs that waited for it may join. */
  _confirm(attempt: Attempt, block: Block): boolean
  _end(): void
}

/** The stream has to confirm a change within so many milliseconds. */
const CONFIRM = 5000

/** @param hellos - Those of the other tabs. */
export function createUnion(tab: Tab, hellos: () => readonly Hello[]): Union {
  const { _clock, _host } = tab
  const timer = createTimer(_clock)
  let asked: readonly string[] = []
  /** Each change has a number, which the server repeats. */
  let revision = 0
  /** No change is under way. */
  let isSettled = true

  /** What is answered to an earlier change does not count any more. */
  function settle(settled: boolean): void {
    revision++
    timer()
    isSettled = settled
  }

  const all = (): string[] => [
    ...new Set([...(tab._attempt?._topics ?? []), ...hellos().flatMap(({ topics }) => topics)]),
  ]

  const self: Union = {
    _intro: undefined,
    _start() {
      settle(true)
      self._intro = undefined
      asked = all()
      return asked
    },
    _update(attempt) {
      const { topics } = _host
      const { clientId, topics: granted } = self._intro ?? {}
      const next = all()
      const add = without(next, asked)
      const remove = without(asked, next)
      if (!add.length && !remove.length) {
        // Another tab may have wanted before what this one wants now.
        if (isSettled) confirm(_host, attempt, granted)
      } else if (clientId && topics) {
        settle(false)
        asked = next
        const rev = revision
        // A new request asks for all of them.
        const again = (): unknown => rev === revision && renew(tab)
        timer(CONFIRM, again)
        topics.change({ clientId, rev, add, remove, all: next }).catch(again)
      } else if (add.length) renew(tab)
    },
    _covers: (topics) => isSettled && !without(topics, asked).length,
    _confirm(attempt, { type, data }) {
      if (type !== 'subscribed' || !data || !self._intro) return false
      const { rev, topics = asked } = readControl(data)
      // Of two changes the later one's answer says more.
      if (rev !== revision) return false
      settle(true)
      self._intro = { ...self._intro, topics }
      confirm(_host, attempt, topics)
      return true
    },
    _end: () => settle(true),
  }
  return self
}
