import { createTimer, monotonic } from '../base/clock.ts'
import { post, type Tab } from './tab.ts'

/*
 * How a follower notices that the leader does not answer any more.
 */

export interface Silence {
  /** The leader was heard. */
  _heard(): void
  _start(): void
  _end(): void
}

/** A leader that has been silent for so long is asked whether it is there, */
const SILENT = 15_000
/** and asked again, this often. */
const PROBE = 3000
const PROBES = 2

/** @param suspect - The leader does not answer. */
export function createSilence(tab: Tab, suspect: () => void): Silence {
  const { _host, _clock, _platform } = tab
  const timer = createTimer(_clock)
  let heardAt = 0
  let unanswered = 0

  /** A hidden tab does not notice anything: nobody looks at it, and its timers are late. */
  function watch(): void {
    const limit = (): number => (tab._attempt?._isLive ? SILENT : PROBE)
    const now = monotonic(_clock)
    const quiet = heardAt + limit()
    const due = quiet > now ? quiet : now + PROBE
    timer(due - now, () => {
      const now = monotonic(_clock)
      const isSilent = now - heardAt >= limit() && _host.state.get().status !== 'waiting'
      // A tab that has slept has heard nothing, though the leader may be well.
      if (!isSilent || !_platform.isVisible() || now - due > PROBE) unanswered = 0
      else if (unanswered++ < PROBES) post(tab, { kind: 'probe' })
      else {
        unanswered = 0
        suspect()
      }
      watch()
    })
  }

  function heard(): void {
    heardAt = monotonic(_clock)
    unanswered = 0
  }

  return {
    _heard: heard,
    _start: watch,
    _end: timer,
  }
}
