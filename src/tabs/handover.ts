import { createTimer, monotonic } from '../base/clock.ts'
import type { Hello } from './message.ts'
import { post, type Tab } from './tab.ts'

/*
 * A leader that nobody looks at asks a visible tab to take over: browsers slow hidden pages down, and freeze them.
 */

export interface Handover {
  /** Looks whether it is time. Called when something changes. */
  _changed(): void
  _end(): void
}

/** How long a leader may be hidden while another tab is visible. */
const UNSEEN = 30_000

/** @param hellos - Those of the other tabs. */
export function createHandover(tab: Tab, hellos: () => readonly Hello[]): Handover {
  const { _clock, _platform } = tab
  const timer = createTimer(_clock)
  let hiddenSince = Infinity

  function look(): void {
    timer()
    const now = monotonic(_clock)
    hiddenSince = _platform.isVisible() ? Infinity : Math.min(hiddenSince, now)
    const left = hiddenSince + UNSEEN - now
    if (left > 0) return timer(left, look)
    const heir = hellos().find(({ visible }) => visible)
    if (!heir) return
    tab._isYielding = true
    post(tab, { kind: 'yield', to: heir.from })
  }

  const unwatch = _platform.onVisibility(look)
  tab._isYielding = false
  look()
  return {
    _changed: look,
    _end() {
      unwatch()
      timer()
    },
  }
}
