const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Whole days below the longest timer of the platform (2^31 - 1 ms): a longer one would fire at once. */
const LONGEST = 24 * 86_400_000

/**
 * `500ms`, `10s`, `1.5m`, `2h` in milliseconds; undefined for what is none, or is longer than 24 days.
 * @param unit - The unit of a plain number.
 */
export function parseDuration(text: string, unit: 'ms' | 's'): number | undefined {
  const [, number, named = unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? []
  if (number === undefined) return undefined
  const ms = Math.round(Number(number) * (UNITS[named] ?? 1))
  return ms <= LONGEST ? ms : undefined
}
