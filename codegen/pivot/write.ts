import { byName } from '../base/names.ts'
import type { EventDocument, Json } from './document.ts'

/** The event map as a file. Events and definitions are sorted, so that the order of the sources does not show. */
export function writeDocument({ version, events, $defs }: EventDocument): string {
  const plain = JSON.parse(JSON.stringify({ version, events: sorted(events), $defs: sorted($defs) })) as Json
  return `${print(plain, '', 0)}\n`
}

/** The entries of a record, by name. */
export const entriesOf = <T>(record: Readonly<Record<string, T>>): [name: string, value: T][] =>
  Object.entries(record).sort(([a], [b]) => byName(a, b))

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(entriesOf(record))

/** The widest line. */
const WIDTH = 120

/** JSON as formatters of code write it: a list of plain values has one line, if that is not too long. */
function print(value: Json, margin: string, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${margin}  `
  if (Array.isArray(value)) {
    const line = `[${value.map((each) => JSON.stringify(each)).join(', ')}]`
    const isPlain = value.every((each) => typeof each !== 'object' || each === null)
    if (isPlain && margin.length + before + line.length < WIDTH) return line
    return wrap(
      '[',
      value.map((each) => `${inner}${print(each, inner, 0)}`),
      `${margin}]`,
    )
  }
  const entries = Object.entries(value).map(([name, each]) => {
    const key = `${JSON.stringify(name)}: `
    return `${inner}${key}${print(each, inner, key.length)}`
  })
  return entries.length ? wrap('{', entries, `${margin}}`) : '{}'
}

const wrap = (open: string, lines: readonly string[], close: string): string =>
  `${open}\n${lines.join(',\n')}\n${close}`
