import type { EventDocument } from '../pivot/document.ts'
import type { Field, ObjectShape, Shape } from '../pivot/shape.ts'
import { UNKNOWN } from '../pivot/shape.ts'
import { shapeOf } from '../pivot/shape-of.ts'

/** Follows references, and makes one object of several that a value must all be. */
export type Resolve = (shape: Shape) => Shape

export function createResolve({ $defs }: EventDocument): Resolve {
  const definitions = new Map(Object.entries($defs).map(([name, schema]) => [name, shapeOf(schema)]))
  const resolve = (shape: Shape, way: readonly string[] = []): Shape => {
    if (shape.kind === 'reference') {
      const found = definitions.get(shape.name)
      return found && !way.includes(shape.name) ? resolve(found, [...way, shape.name]) : UNKNOWN
    }
    if (shape.kind !== 'all') return shape
    const members = shape.members.map((member) => resolve(member, way))
    return members.every((member) => member.kind === 'object') ? members.reduce(merged) : { ...shape, members }
  }
  return (shape) => resolve(shape)
}

function merged(a: ObjectShape, b: ObjectShape): ObjectShape {
  const fields = new Map<string, Field>()
  for (const field of [...a.fields, ...b.fields]) {
    const known = fields.get(field.name)
    const shape: Shape = known ? { kind: 'all', members: [known.shape, field.shape] } : field.shape
    fields.set(field.name, { ...field, shape, required: field.required || known?.required === true })
  }
  return { kind: 'object', fields: [...fields.values()], rest: a.rest === 'any' ? b.rest : a.rest }
}
