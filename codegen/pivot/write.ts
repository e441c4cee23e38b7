import { byName } from '../base/names.ts'
import type { EventDocument } from './document.ts'

/** The event map as a file: what does not follow from another is sorted, so that the order of the sources does not show. */
export function writeDocument({ version, events, $defs }: EventDocument): string {
  return `${JSON.stringify({ version, events: sorted(events), $defs: sorted($defs) }, undefined, 2)}\n`
}

/** The entries of a record, by name. */
export const entriesOf = <T>(record: Readonly<Record<string, T>>): [name: string, value: T][] =>
  Object.entries(record).sort(([a], [b]) => byName(a, b))

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(entriesOf(record))
