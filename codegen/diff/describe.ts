import type { Json } from '../pivot/document.ts'
import type { Shape } from '../pivot/shape.ts'

const said = (value: Json): string => JSON.stringify(value)

/** A shape in a few words. */
export function describe(shape: Shape): string {
  switch (shape.kind) {
    case 'unknown':
      return 'anything'
    case 'never':
      return 'nothing'
    case 'null':
      return 'null'
    case 'boolean':
      return 'a boolean'
    case 'bigint':
      return 'a bigint'
    case 'string':
      return shape.rules.format === undefined ? 'a text' : `a text (${shape.rules.format})`
    case 'number':
      return shape.integer ? 'a whole number' : 'a number'
    case 'constant':
      return shape.values.map(said).join(' or ')
    case 'array':
      return 'a list'
    case 'tuple':
      return `a list of ${shape.items.length}`
    case 'object':
      return 'an object'
    case 'union':
      return shape.members.map(describe).join(' or ')
    case 'all':
      return shape.members.map(describe).join(' and ')
    case 'reference':
      return shape.name
  }
}
