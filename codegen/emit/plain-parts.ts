import { SHAPE_PARTS } from './plain-shapes.ts'
import { VALUE_PARTS } from './plain-values.ts'

/*
 * The helpers of validators in plain code. A generated file has those that it uses.
 */

const PARTS = new Map([...VALUE_PARTS, ...SHAPE_PARTS])

/** The code of the helpers that are used, and of those that they need. */
export function partsText(used: ReadonlySet<string>): string {
  const wanted = new Set<string>()
  const add = (name: string): void => {
    if (wanted.has(name)) return
    wanted.add(name)
    for (const need of PARTS.get(name)?.needs ?? []) add(need)
  }
  for (const name of used) add(name)
  return [...PARTS].flatMap(([name, { code }]) => (wanted.has(name) ? [code] : [])).join('\n')
}
