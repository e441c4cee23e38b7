import { formatDuration } from '../../terminal/time.ts'
import { cut, visible } from '../../terminal/visible.ts'
import { openTime, type Stats } from './stats.ts'

const NAMES_SHOWN = 20
const NAME_LENGTH = 60

/** The counts as an aligned table, one line each, without the line end that follows. */
export function statsTable(stats: Stats, now: number, lastEventId: string): string {
  const { events, shown, names, longestSilence, opened, retries, gaps, invalid, repeats } = stats
  const duration = now - stats.startedAt
  const rate = duration > 0 ? ` (${((events * 1000) / duration).toFixed(1)} per second)` : ''
  return align([
    ['duration', formatDuration(duration)],
    ['events', `${events}${rate}${shown === events ? '' : `, ${shown} shown`}`],
    ...byName(names, stats.unnamed),
    ['bytes of data', `${stats.bytes}`],
    ['longest silence', events > 1 ? `${formatDuration(longestSilence)} between two events` : 'unknown'],
    ['heartbeats', `${stats.heartbeats}`],
    ['connections', `${opened} opened, open for ${formatDuration(openTime(stats, now))}`],
    ['retries', `${retries}`],
    ['gaps', `${gaps}`],
    ...(invalid ? [['invalid', `${invalid}`] as const] : []),
    ...(repeats ? [['sent again', `${repeats}, not counted as events`] as const] : []),
    ['last event id', lastEventId ? visible(lastEventId) : 'none'],
  ])
}

type Row = readonly [label: string, value: string]

/** The most frequent first; of two as frequent the one that came first. */
function byName(names: ReadonlyMap<string, number>, unnamed: number): readonly Row[] {
  const ranked = [...names].sort(([, a], [, b]) => b - a)
  const rows = ranked.slice(0, NAMES_SHOWN).map(([name, count]) => [cut(visible(name), NAME_LENGTH), count] as const)
  const others = ranked.slice(NAMES_SHOWN).reduce((sum, [, count]) => sum + count, unnamed)
  const all = others ? [...rows, ['(other names)', others] as const] : rows
  const width = Math.max(0, ...all.map(([, count]) => `${count}`.length))
  return all.map(([name, count]) => [`  ${name}`, `${count}`.padStart(width)])
}

function align(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n')
}
