import type { Shape } from '../pivot/shape.ts'
import type { Definition } from './model.ts'

/** The field that tells the members of a union apart, and the value that it has in each. */
export interface Tags {
  readonly field: string
  readonly values: readonly string[]
}

/** Finds a field that each member must have, with another constant text in each. Then at most one member fits. */
export function tagsOf(members: readonly Shape[], definitions: readonly Definition[]): Tags | undefined {
  const constants = members.map((member) => constantsIn(member, definitions, []))
  for (const field of constants[0]?.keys() ?? []) {
    const values = constants.flatMap((each) => each.get(field) ?? [])
    if (values.length === members.length && new Set(values).size === members.length) return { field, values }
  }
  return undefined
}

/** The fields that a value must have with a constant text. */
function constantsIn(shape: Shape, definitions: readonly Definition[], way: readonly string[]): Map<string, string> {
  if (shape.kind === 'reference') {
    const definition = definitions.find(({ name }) => name === shape.name)
    return definition && !way.includes(shape.name)
      ? constantsIn(definition.shape, definitions, [...way, shape.name])
      : new Map()
  }
  if (shape.kind === 'all')
    return new Map(shape.members.flatMap((member) => [...constantsIn(member, definitions, way)]))
  if (shape.kind !== 'object') return new Map()
  return new Map(
    shape.fields.flatMap(({ name, required, shape: { ...field } }) => {
      const [value, ...more] = field.kind === 'constant' ? field.values : []
      return required && typeof value === 'string' && !more.length ? [[name, value] as const] : []
    }),
  )
}
