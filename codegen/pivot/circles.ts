import type { EventDocument } from './document.ts'
import type { Shape } from './shape.ts'
import { shapeOf } from './shape-of.ts'

/**
 * The definitions that are themselves, or a choice of themselves and others: no value shows where they end, and TypeScript has no
 * such type. One that has itself in a field or in a list is fine.
 */
export function circlesIn({ $defs }: EventDocument): string[] {
  const direct = new Map(Object.entries($defs).map(([name, schema]) => [name, namesIn(shapeOf(schema))]))
  const leadsTo = (from: string, to: string, seen: Set<string>): boolean =>
    (direct.get(from) ?? []).some((name) => {
      if (name === to) return true
      if (seen.has(name)) return false
      seen.add(name)
      return leadsTo(name, to, seen)
    })
  return [...direct.keys()].filter((name) => leadsTo(name, name, new Set()))
}

/** The definitions that a shape is, without those in its fields and items. */
function namesIn(shape: Shape): string[] {
  if (shape.kind === 'reference') return [shape.name]
  return shape.kind === 'union' || shape.kind === 'all' ? shape.members.flatMap(namesIn) : []
}
