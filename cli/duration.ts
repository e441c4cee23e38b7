const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The longest timer of the platform, 2^31-1 ms: anything above would fire at once. */
const LONGEST = 24 * 86_400_000

/**
 * `500ms`, `10s`, `1.5m`, `2h` in milliseconds; undefined for what is none, or is longer than 24 days.
 * @param unit - What a plain number counts.
 */
export function parseDuration(text: string, unit: 'ms' | 's'): number | undefined {
  const [, number, named = unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? []
  if (number === undefined) return undefined
  const ms = Math.round(Number(number) * (UNITS[named] ?? 1))
  return ms <= LONGEST ? ms : undefined
}

/** For people: `850 ms`, `1.2 s`, `2 min 5 s`, `3 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  // Not 60 s.
  if (ms < 59_950) return `${Number((ms / 1000).toFixed(1))} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
