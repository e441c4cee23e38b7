import { afterWarmUp, type Sample, type Verdict } from './verdict.ts'

/*
 * A line of the tables of this section.
 */

export const HEAD = ['', 'operations', 'heap, MB', 'slope, bytes per 1,000', 'bound', 'counted', 'verdict']

const number = (value: number): string => Math.round(value).toLocaleString('en-US')
const signed = (value: number): string => (Math.round(value) > 0 ? `+${number(value)}` : number(value))
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2)

export function rowOf(name: string, samples: readonly Sample[], verdict: Verdict): string[] {
  const judged = afterWarmUp(samples)
  const last = judged.at(-1)
  return [
    name,
    number(last?.done ?? 0),
    `${megabytes(judged[0]?.bytes ?? 0)} → ${megabytes(last?.bytes ?? 0)}`,
    signed(verdict.bytesPerOperation * 1000),
    number(verdict.bound * 1000),
    countedOf(judged, verdict),
    toWord(verdict),
  ]
}

function toWord({ isFlat, growing, growth }: Verdict): string {
  if (isFlat) return 'flat'
  return growing.length ? `grows: ${growing.join(', ')}` : `grows by ${megabytes(growth)} MB`
}

/** What grows; or that none of so many counts does. */
function countedOf(judged: readonly Sample[], { growing }: Verdict): string {
  const rangeOf = (name: string): string => {
    const counts = judged.map(({ counts }) => counts[name] ?? 0)
    return `${name} ${number(counts[0] ?? 0)} → ${number(counts.at(-1) ?? 0)}`
  }
  const names = Object.keys(judged.at(-1)?.counts ?? {})
  return growing.length ? growing.map(rangeOf).join(', ') : `${names.length} counts, none grows`
}
