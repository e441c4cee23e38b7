/*
 * Does memory grow with the number of operations? Pure: what was measured comes in, a verdict comes out.
 */

/** What was measured after so many operations. */
export interface Sample {
  /** Operations until now. */
  readonly done: number
  /** In use after a garbage collection. */
  readonly bytes: number
  /** What else is held, by name: listeners, timers, sockets and the like. */
  readonly counts: Readonly<Record<string, number>>
}

export interface Verdict {
  /** The slope of the line through the samples, by least squares. */
  readonly bytesPerOperation: number
  /** By how much that line rises from the end of the warm-up to the end, in bytes. */
  readonly growth: number
  /** With a slope above this, the memory grows: in bytes for each operation. */
  readonly bound: number
  /** The names of what is counted and grows. */
  readonly growing: readonly string[]
  /** The memory does not grow, and no count does. */
  readonly isFlat: boolean
}

/**
 * Of the operations, the part that is not judged. Meanwhile caches and buffers fill up to their limits, and code is compiled.
 */
const UNJUDGED = 0.25

/**
 * How much a heap may differ between two samples, in bytes, though nothing is left behind: compiled code comes and goes, tables
 * double. If the line rises by less, that says nothing.
 */
export const NOISE = 150_000

/** A count may differ by so many, as the idle connections of a pool do. */
const SLACK = 3

/** The slope of the line through points that has the least squares of errors. 0 if they have one `x` only. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const sum = (of: (x: number, y: number) => number): number =>
    points.reduce((total, [x, y]) => total + of(x - meanX, y - meanY), 0)
  return sum((x, y) => x * y) / sum((x) => x * x) || 0
}

/** The samples that are judged: those from the end of the warm-up on. */
export function afterWarmUp(samples: readonly Sample[]): readonly Sample[] {
  const total = samples.at(-1)?.done ?? 0
  return samples.filter(({ done }) => done >= total * UNJUDGED)
}

/**
 * Memory is flat if its line rises by no more than `noise` after the warm-up. A count is flat unless each of the last quarter of the
 * samples is higher, by more than {@link SLACK}, than each of the first quarter after the warm-up.
 * @param noise - In bytes.
 * @throws Error if something was not measured: a figure that is missing never grows.
 */
export function judge(samples: readonly Sample[], noise = NOISE): Verdict {
  const judged = afterWarmUp(samples)
  checkMeasured(judged)
  const operations = (judged.at(-1)?.done ?? 0) - (judged[0]?.done ?? 0)
  const bytesPerOperation = slopeOf(judged.map(({ done, bytes }) => [done, bytes]))
  const growth = bytesPerOperation * operations
  const growing = namesOf(judged).filter((name) => grows(judged.map(({ counts }) => Number(counts[name]))))
  const isFlat = growth <= noise && growing.length === 0
  return { bytesPerOperation, growth, bound: noise / operations, growing, isFlat }
}

/** Fewer samples have no quarters to compare. */
const LEAST = 4

const namesOf = (samples: readonly Sample[]): string[] => [
  ...new Set(samples.flatMap(({ counts }) => Object.keys(counts))),
]

function checkMeasured(samples: readonly Sample[]): void {
  if (samples.length < LEAST) throw Error(`${samples.length} samples, of ${LEAST} at least`)
  const names = namesOf(samples)
  for (const { done, bytes, counts } of samples) {
    const missing = names.filter((name) => !Number.isFinite(counts[name]))
    if (!Number.isFinite(bytes)) missing.unshift('memory')
    if (missing.length) throw Error(`not measured after ${done} operations: ${missing.join(', ')}`)
  }
}

function grows(counts: readonly number[]): boolean {
  const quarter = Math.max(Math.floor(counts.length / 4), 1)
  return Math.min(...counts.slice(-quarter)) > Math.max(...counts.slice(0, quarter)) + SLACK
}
