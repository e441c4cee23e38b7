import type { ConnectionState } from 'headwater'
import { duration, seconds } from '../format.ts'
import { describeRetry, STATUS } from '../words.ts'
import type { Score } from './lane.ts'

/*
 * Pure: what the figures of a lane mean. The same rules hold for both lanes.
 */

/** The state of a client's connection, by its own account. `off`: there is none in this tab. */
export type LaneState = ConnectionState | { readonly status: 'off' }

/** A client at one moment. Times are milliseconds. */
export interface LaneView {
  readonly state: LaneState
  readonly score: Score
  /** How long nothing has arrived. */
  readonly silence: number
}

/** `behind`: the missing events may still come. */
export type Standing = 'complete' | 'behind' | 'lost'

/** The cost of an interruption for a client. */
export interface Cost {
  readonly missing: number
  readonly standing: Standing
}

/** headwater notices a dead connection after ten seconds, and needs a moment to catch up. */
export const PATIENCE = 12_000
/** Shorter silences are normal. */
const QUIET = 2500

export function standingOf({ state: { status }, score: { missing, passed }, silence }: LaneView): Standing {
  if (missing === 0) return 'complete'
  const isDead = status === 'closed' || (status === 'open' && silence > PATIENCE)
  return isDead || passed > 0 ? 'lost' : 'behind'
}

export const LABELS: Readonly<Record<Standing, string>> = {
  complete: 'lost',
  behind: 'missing',
  lost: 'lost',
}

/** The state of the client as a line, by its own account. @param now - Epoch milliseconds. */
export function describeLane({ state, silence }: LaneView, now: number): string {
  switch (state.status) {
    case 'off':
      return 'Runs in the tab with the connection'
    case 'open':
      return silence > QUIET ? `Open, but silent for ${duration(silence)}` : 'Open, events arrive'
    case 'waiting':
      return `${describeRetry(state.attempt)} in ${seconds(state.until - now)}`
    case 'closed':
      return 'Closed. It does not retry'
    default:
      return STATUS[state.status]
  }
}
