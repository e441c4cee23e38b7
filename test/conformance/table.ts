import type { Verdict } from './case.ts'
import { GROUPS } from './cases.ts'
import type { ClientName } from './names.ts'

/** What `npm run conformance -- --write` has recorded. */
export interface Recorded {
  readonly date: string
  readonly chromium: string
  /** The versions of the packages, by the names of the clients. */
  readonly versions: Readonly<Partial<Record<ClientName, string>>>
  /** For each client the verdicts by the titles of the cases. */
  readonly clients: Readonly<Partial<Record<ClientName, Readonly<Record<string, Verdict>>>>>
}

/** How many cases of a group a client passes. */
export function passes(group: string, verdicts: Readonly<Record<string, Verdict>> = {}): string {
  const cases = GROUPS[group] ?? []
  return `${cases.filter(({ title }) => verdicts[title]?.passed).length} of ${cases.length}`
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
/** A text in a cell of a table in Markdown. */
export const inCell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replaceAll('\n', '\\n')
    .replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)

const headOf = (names: readonly string[]): string => row(['', ...names]) + row(['---', ...names.map(() => '---')])

/** The table of the README: for each group, how much each client passes. */
export function summaryOf({ clients }: Recorded): string {
  const names = Object.keys(clients) as ClientName[]
  const groups = Object.keys(GROUPS).map((group) => row([group, ...names.map((name) => passes(group, clients[name]))]))
  return `${headOf(names)}${groups.join('')}`
}

/**
 * The table of docs/comparison.md: for each group how much each client passes, then the cases that not every client passes,
 * or that count something.
 */
export function tableOf({ date, chromium, versions, clients }: Recorded): string {
  const names = Object.keys(clients) as ClientName[]
  const head = headOf(names)
  const groups = Object.entries(GROUPS).map(([group, cases]) => {
    const shown = cases.filter(({ title }) => names.some((name) => clients[name]?.[title]?.text !== '✓'))
    return (
      row([`**${group}**`, ...names.map((name) => `**${passes(group, clients[name])}**`)]) +
      shown
        .map(({ title }) => row([title, ...names.map((name) => inCell(clients[name]?.[title]?.text ?? 'not run'))]))
        .join('')
    )
  })
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${head}${groups.join('')}\nRecorded on ${date} in ${[`Chromium ${chromium}`, ...packages].join(', ')}.\n`
}
