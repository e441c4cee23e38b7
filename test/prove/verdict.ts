/*
 * What the histories of clients show, one by one and all together.
 */

/** What one history shows. */
export interface Verdict {
  readonly events: number
  /** Gaps that were reported, by their reasons. */
  readonly gaps: Readonly<Record<string, number>>
  /** Events that a gap names, and that did not come. */
  readonly missed: number
  /** What must not be, a line each. */
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly disordered: readonly string[]
  /** Anything else. */
  readonly wrong: readonly string[]
}

/** What must not be. */
const FAULTS = ['lost', 'doubled', 'disordered', 'wrong'] as const

/** What all histories show together. */
export interface Sum {
  readonly events: number
  readonly gaps: Readonly<Record<string, number>>
  readonly missed: number
  readonly lost: number
  readonly doubled: number
  readonly disordered: number
}

/** What must not be, by its kind: a line each, with the number of the client. */
export type Faults = Readonly<Record<(typeof FAULTS)[number], readonly string[]>>

export function sumOf(verdicts: readonly Verdict[]): Sum & { readonly faults: Faults } {
  const gaps: Record<string, number> = {}
  for (const verdict of verdicts)
    for (const [reason, count] of Object.entries(verdict.gaps)) gaps[reason] = (gaps[reason] ?? 0) + count
  const linesOf = (kind: (typeof FAULTS)[number]): string[] =>
    verdicts.flatMap((verdict, client) => verdict[kind].map((text) => `client ${client}, ${kind}: ${text}`))
  const faults = {
    lost: linesOf('lost'),
    doubled: linesOf('doubled'),
    disordered: linesOf('disordered'),
    wrong: linesOf('wrong'),
  }
  return {
    events: total(verdicts.map(({ events }) => events)),
    gaps,
    missed: total(verdicts.map(({ missed }) => missed)),
    lost: faults.lost.length,
    doubled: faults.doubled.length,
    disordered: faults.disordered.length,
    faults,
  }
}

/** The gaps that a scenario does not expect, a line for each reason. */
export const undue = (gaps: Readonly<Record<string, number>>, due: readonly string[]): string[] =>
  Object.entries(gaps).flatMap(([reason, count]) => (due.includes(reason) ? [] : `${count} gaps because of ${reason}`))

export const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

/** As the tables have numbers. */
export const grouped = (count: number): string => count.toLocaleString('en')

/** As the tables have gaps: how many of each reason. */
export const gapsCell = (gaps: Readonly<Record<string, number>>): string =>
  Object.entries(gaps)
    .map(([reason, count]) => `${grouped(count)} ${reason}`)
    .join(', ') || '0'
