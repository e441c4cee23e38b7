/*
 * How often a tab may take the lead from one that does not answer. A wedged tab must not have two take turns for ever.
 */

/** Between one time and the next. */
const PAUSE = 30_000
/** So many times in so long; then the tab stays on its own. */
const MOST = 3
const WINDOW = 600_000

/** @param times - When leads were taken or lost that way, oldest first. */
export function mayUsurp(times: readonly number[], now: number): 'now' | 'later' | 'never' {
  const recent = times.filter((at) => now - at < WINDOW)
  if (recent.length >= MOST) return 'never'
  return now - (recent.at(-1) ?? -Infinity) < PAUSE ? 'later' : 'now'
}
