import { holdLock } from './locks.ts'
import type { Message } from './message.ts'
import { FOLLOWING, follow, join, lead, type Step, separate } from './role.ts'
import type { Tab } from './tab.ts'

/*
 * The browser's resources that a tab holds while it takes part: the channel, a lock of its own, and a place in the queue for
 * the lead.
 */

export interface Presence {
  /** Joins the other tabs, where there are channels. */
  _start(): void
  /** Queues for the lead. */
  _queue(): void
  /** Takes the lead from a tab that does not answer, or that asks for it. */
  _steal(): void
  _end(): void
}

/**
 * @param receive - Called with each message of another tab. Any script of the origin may post anything.
 * @param looked - The page was shown or hidden.
 */
export function createPresence(
  tab: Tab,
  receive: (message: Message) => void,
  looked: () => void,
  go: (step: Step) => void,
): Presence {
  const { _platform } = tab
  /** Each gives something back. */
  let releases: (() => void)[] = []
  let leaveQueue: (() => void) | undefined

  function queue(steal?: boolean): void {
    leaveQueue?.()
    const lost = (isStolen: boolean): void => {
      if (!isStolen) go(separate)
      // Stolen before this tab knew that it had it.
      else if (tab._role === FOLLOWING) queue()
      else go(follow)
    }
    leaveQueue = holdLock(tab, '', () => go(lead), lost, steal)
  }

  return {
    _start() {
      // Not drawn from the clock's chance: tests have all tabs share that. Where there are locks there is crypto.
      const id = crypto.randomUUID()
      try {
        tab._channel = _platform.channel(tab._name, (message) => receive(Object(message)))
      } catch {
        return go(separate)
      }
      const held = (): void => {
        // Only now: a leader that got this tab's lock before the tab would take the tab for dead.
        tab._tabId = id
        go(follow)
      }
      releases = [_platform.onVisibility(looked), holdLock(tab, `:${id}`, held, () => go(separate))]
      go(join)
    },
    _queue: queue,
    _steal: () => (tab._role === FOLLOWING ? queue(true) : undefined),
    _end() {
      tab._channel?.close()
      tab._channel = undefined
      tab._tabId = undefined
      leaveQueue?.()
      for (const release of releases) release()
    },
  }
}
