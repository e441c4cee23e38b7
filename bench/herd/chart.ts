import { type Outcome, SLICE } from './simulate.ts'

/*
 * A chart of the attempts over time, a row for each policy, as SVG. The scale is logarithmic: the rows differ by a factor of a hundred.
 */

export interface Row {
  readonly name: string
  readonly outcome: Outcome
}

const WIDTH = 760
const ROW = 92
/** Of the plots. */
const LEFT = 64
const RIGHT = 28
const HEIGHT = 48
const TOP = 44
const DECADES = 5

const STYLE = `.page { fill: #ffffff }
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.note { fill: #59636e }
.bars { stroke: #0a6fd8 }
.grid { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117 }
  text { fill: #f0f6fc }
  .note { fill: #9198a1 }
  .bars { stroke: #58a6ff }
  .grid { stroke: #3d444d }
}`

/** From 0 to 1: 1 attempt is just above the line, 100,000 reach the top. */
const level = (count: number): number => Math.min(Math.log10(count + 1) / DECADES, 1)

export const seconds = (ms: number): string => (ms === Infinity ? 'never' : `${Math.round(ms / 1000)} s`)

/**
 * @param title - A summary of the simulation, in a line.
 * @param until - Where the time axis ends, in milliseconds.
 */
export function toChart(title: string, rows: readonly Row[], until: number): string {
  const height = TOP + rows.length * ROW + 24
  const plotted = rows.map((row, index) => plot(row, TOP + index * ROW, until))
  const axis = Array.from({ length: Math.floor(until / 10_000) + 1 }, (_, tens) =>
    text(x(tens * 10_000, until), height - 10, `${tens * 10} s`, 'note', 'middle'),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}</style>
<rect class="page" width="${WIDTH}" height="${height}"/>
${text(16, 20, title)}
${[...plotted, ...axis].join('\n')}
</svg>
`
}

const x = (ms: number, until: number): number => round(LEFT + ((WIDTH - LEFT - RIGHT) * ms) / until)

function plot({ name, outcome }: Row, top: number, until: number): string {
  const { peaks, back, lost } = outcome
  const bottom = top + 20 + HEIGHT
  const bars = outcome.attempts.slice(0, until / SLICE).flatMap((count, slice) => {
    const tall = round(HEIGHT * level(count))
    return count ? `M${x(slice * SLICE, until)} ${bottom}v${-tall}` : []
  })
  const verdict = [
    `at most ${peaks.slice.toLocaleString('en')} in 0.1 s`,
    `99 % back: ${seconds(back)}`,
    ...(lost ? [`${lost.toLocaleString('en')} never come back`] : []),
  ].join(' · ')
  return [
    text(LEFT, top + 12, name),
    text(WIDTH - RIGHT, top + 12, verdict, 'note', 'end'),
    text(LEFT - 8, bottom - HEIGHT + 8, '100,000', 'note', 'end'),
    text(LEFT - 8, bottom, '1', 'note', 'end'),
    `<path class="grid" d="M${LEFT} ${bottom}H${WIDTH - RIGHT}M${LEFT} ${bottom - HEIGHT}H${WIDTH - RIGHT}"/>`,
    `<path class="bars" d="${bars.join('')}"/>`,
  ].join('\n')
}

function text(left: number, top: number, content: string, kind = '', anchor = 'start'): string {
  return `<text x="${left}" y="${top}" class="${kind}" text-anchor="${anchor}">${escaped(content)}</text>`
}

const escaped = (content: string): string => content.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const round = (value: number): number => Math.round(value * 10) / 10
