import { setTimer } from '../clock.ts'
import type { Tab } from './tab.ts'

/*
 * How often a tab may take the lead from one that does not answer. A wedged tab must not have two take turns for ever.
 */

/** Between one time and the next. */
const PAUSE = 30_000
/** So many times in so long; then the tab stays on its own. */
const MOST = 3
const WINDOW = 600_000
/** Followers that notice together must not take over together. */
const SPREAD = 500

/** @param times - When leads were taken or lost that way, oldest first. */
export function mayUsurp(times: readonly number[], now: number): 'now' | 'later' | 'never' {
  const recent = times.filter((at) => now - at < WINDOW)
  if (recent.length >= MOST) return 'never'
  return now - (recent.at(-1) ?? -Infinity) < PAUSE ? 'later' : 'now'
}

export interface Usurper {
  /** The leader does not answer. */
  suspect(): void
  /** This tab was taken for dead itself: it does not take the lead back. */
  note(): void
  stop(): void
}

/**
 * @param take - Takes the lead, unless this tab has it.
 * @param alone - That has happened too often.
 */
export function createUsurper(tab: Tab, take: () => void, alone: () => void): Usurper {
  const { clock } = tab
  const times: number[] = []
  let timer: unknown
  const note = (): void => {
    times.push(clock.now())
    if (times.length > MOST) times.shift()
  }
  return {
    note,
    suspect() {
      const { term } = tab
      const may = mayUsurp(times, clock.now())
      if (may === 'never') alone()
      if (may !== 'now') return
      clock.clearTimeout(timer)
      timer = setTimer(clock, clock.random() * SPREAD, () => {
        // Another follower was faster.
        if (tab.term !== term) return
        note()
        take()
      })
    },
    stop: () => clock.clearTimeout(timer),
  }
}
