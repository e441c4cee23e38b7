/**
 * The word that was probably meant: the same but for its case, or one that begins like it, or the one that takes the fewest
 * letters to change, if that is no more than a third of them. Undefined: none is near.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const lower = word.toLowerCase()
  const alike =
    candidates.find((candidate) => candidate.toLowerCase() === lower) ??
    (lower.length > 3 ? candidates.find((candidate) => candidate.toLowerCase().startsWith(lower)) : undefined)
  if (alike) return alike
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best && best.distance <= Math.floor(word.length / 3) ? best.candidate : undefined
}

/** Letters to insert, delete or replace (Levenshtein), one row of the table at a time. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, n) => n)
  for (const [n, letter] of [...from].entries()) {
    const next = [n + 1]
    for (let m = 0; m < to.length; m++) {
      const replaced = (row[m] ?? 0) + (to[m] === letter ? 0 : 1)
      next.push(Math.min(replaced, (row[m + 1] ?? 0) + 1, (next[m] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
