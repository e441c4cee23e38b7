import type { Shape } from '../pivot/shape.ts'
import type { Definition, EventModel } from './model.ts'

/** Definitions in an order in which each comes after those that it refers to, and the references that cannot be so. */
export interface Ordered {
  readonly definitions: readonly Definition[]
  /** Whether a definition may use another one at once. Otherwise that one is defined later, as the two refer to each other. */
  isReady(from: string, to: string): boolean
}

/** @returns The definitions that events lead to. */
export function ordered(definitions: readonly Definition[], events: readonly EventModel[]): Ordered {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]))
  const done = new Map<string, Definition>()
  const open = new Set<string>()
  const visit = (definition: Definition): void => {
    if (done.has(definition.name) || open.has(definition.name)) return
    open.add(definition.name)
    for (const name of referencesIn(definition.shape)) {
      const next = byName.get(name)
      if (next) visit(next)
    }
    done.set(definition.name, definition)
  }
  const roots = new Set(events.map(({ type }) => type))
  for (const definition of definitions) if (roots.has(definition.name)) visit(definition)
  const place = new Map([...done.keys()].map((name, n) => [name, n]))
  return { definitions: [...done.values()], isReady: (from, to) => (place.get(to) ?? 0) < (place.get(from) ?? 0) }
}

/** The names that a shape refers to. */
export function referencesIn(shape: Shape): string[] {
  switch (shape.kind) {
    case 'reference':
      return [shape.name]
    case 'array':
      return referencesIn(shape.items)
    case 'tuple':
      return [...shape.items, shape.rest].flatMap(referencesIn)
    case 'object':
      return [
        ...shape.fields.flatMap((field) => referencesIn(field.shape)),
        ...(typeof shape.rest === 'string' ? [] : referencesIn(shape.rest)),
      ]
    case 'union':
    case 'all':
      return shape.members.flatMap(referencesIn)
    default:
      return []
  }
}
