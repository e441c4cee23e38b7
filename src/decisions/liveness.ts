/*
 * Is the connection alive? A dead TCP connection looks open until something is sent on it, and an event stream sends
 * nothing. So silence is measured against the rhythm of the server's heartbeat, once that is known. Pure.
 */

/** However fast the heartbeat is: a shorter silence is a hiccup of the network. */
const SHORTEST = 10_000
/** So late (laptop lid, throttled tab, blocked page) that bytes may wait behind this very timer. */
const LATE = 2000
/** A timer that is later than this means that the machine slept: a hidden page's timers are late anyway. */
const SLEPT = 5000

/**
 * The longest silence that is normal, in milliseconds; Infinity: any.
 * @param option - `'auto'`: 2.5 times what was announced, or else the longest gap that was seen, once there are two, and
 *   never under 10 s. A number: that. `false` or 0: Infinity.
 */
export function silenceLimit(option: 'auto' | number | false, announced: number, gaps: readonly number[]): number {
  if (option !== 'auto') return option || Infinity
  // The longest: some servers send a heartbeat only after a silence, so events stretch the gaps.
  return Math.max(SHORTEST, 2.5 * (announced || (gaps.length > 1 ? Math.max(...gaps) : Infinity)))
}

/** `doubtful`, so wait a second for bytes that are already in the machine · `reopen`: it is not a failure. */
export type Verdict = 'alive' | 'doubtful' | 'reopen' | 'dead'

/**
 * Judges an open connection at the moment that its timer fires. Times are milliseconds.
 * @param silence - Since the last bytes.
 * @param limit - {@link silenceLimit}
 * @param late - How late the timer is, on the wall clock.
 * @param slept - Nothing was heard since before the timer was due, by a clock that goes on while a machine sleeps, and the
 *   page is visible.
 * @param doubted - Nothing was heard since an earlier look found the connection doubtful.
 */
export function verdict(silence: number, limit: number, late: number, slept: boolean, doubted: boolean): Verdict {
  if (doubted) return 'reopen'
  if (silence >= limit) return late > LATE ? 'doubtful' : 'dead'
  return slept && late > SLEPT ? 'doubtful' : 'alive'
}
