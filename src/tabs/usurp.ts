import { createTimer, monotonic } from '../base/clock.ts'
import type { Tab } from './tab.ts'

/*
 * How often a tab may take the lead from one that does not answer: two tabs must not take turns for ever because one of them
 * hangs now and then.
 */

/** Between one time and the next. */
const PAUSE = 30_000
/** So many times in so long; after that the tab has a connection of its own. */
const MOST = 3
const WINDOW = 600_000
/** Followers that notice together must not take over together. */
const SPREAD = 500

/** @param times - When the lead was taken or lost that way, oldest first. */
export function mayUsurp(times: readonly number[], now: number): 'now' | 'later' | 'never' {
  // Of one that has not been there the age is NaN, which is less than nothing.
  const ageOf = (last: number): number => now - (times.at(-last) as number)
  return ageOf(MOST) < WINDOW ? 'never' : ageOf(1) < PAUSE ? 'later' : 'now'
}

export interface Usurper {
  /** The leader does not answer. */
  _suspect(): void
  /** This tab lost the lead because it did not answer itself: it does not take the lead back. */
  _note(): void
  _end(): void
}

/**
 * @param take - Takes the lead, unless this tab has it.
 * @param leave - It has happened too often: the tab goes its own way.
 */
export function createUsurper(tab: Tab, take: () => void, leave: () => void): Usurper {
  const { _clock } = tab
  const timer = createTimer(_clock)
  let times: number[] = []
  const note = (): void => {
    times = [...times.slice(1 - MOST), monotonic(_clock)]
  }
  return {
    _note: note,
    _suspect() {
      const { _term } = tab
      const may = mayUsurp(times, monotonic(_clock))
      if (may === 'never') leave()
      if (may !== 'now') return
      timer(_clock.random() * SPREAD, () => {
        // Another follower was faster.
        if (tab._term !== _term) return
        note()
        take()
      })
    },
    _end: timer,
  }
}
