import type { Json } from '../pivot/document.ts'
import type { Field, ObjectShape, Shape } from '../pivot/shape.ts'
import { referencesIn } from './order.ts'
import { alternatives, docComment, indent, propertyKey, quote } from './print.ts'

/*
 * A shape as a type of TypeScript.
 */

/** The type. `before` is the width of what stands before it in its line. */
export function typeText(shape: Shape, before = 0): string {
  switch (shape.kind) {
    case 'unknown':
    case 'never':
    case 'null':
    case 'boolean':
    case 'bigint':
    case 'string':
    case 'number':
      return shape.kind
    case 'reference':
      return shape.name
    case 'constant':
      return alternatives(shape.values.map(literalType), before)
    case 'array':
      return `${operand(shape.items)}[]`
    case 'tuple':
      return tupleText(shape)
    case 'object':
      return objectText(shape)
    case 'union': {
      const members = unique(
        shape.members.map((member) => (member.kind === 'all' ? operand(member) : typeText(member))),
      )
      return members.includes('unknown') ? 'unknown' : alternatives(members, before)
    }
    case 'all':
      return unique(shape.members.map(operand)).join(' & ')
  }
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]

/** A type as part of another one: in parentheses if it would fall apart. */
function operand(shape: Shape): string {
  const text = typeText(shape)
  if (shape.kind === 'all') return text.includes(' & ') ? `(${text})` : text
  return isChoice(shape) ? `(${text.includes('\n') ? `${indent(text)}\n` : text})` : text
}

const isChoice = (shape: Shape): boolean =>
  (shape.kind === 'union' && shape.members.length > 1) || (shape.kind === 'constant' && shape.values.length > 1)

function literalType(value: Json): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(literalType).join(', ')}]`
  const fields = Object.entries(value).map(([name, each]) => `${propertyKey(name)}: ${literalType(each)}`)
  return fields.length ? `{ ${fields.join('; ')} }` : 'Record<string, never>'
}

function tupleText({ items, rest, count }: Extract<Shape, { kind: 'tuple' }>): string {
  const { min = 0, max = Infinity } = count
  const members = items.slice(0, max).map((item, n) => (n < min ? typeText(item) : missable(item)))
  const isOpen = rest.kind !== 'never' && max > items.length
  return `[${[...members, ...(isOpen ? [`...${operand(rest)}[]`] : [])].join(', ')}]`
}

/** An item that a tuple may end before. */
const missable = (item: Shape): string => (item.kind === 'unknown' ? 'unknown?' : `(${typeText(optional(item))})?`)

function objectText(shape: ObjectShape): string {
  if (shape.fields.length) return `{\n${indent(fieldsText(shape))}}`
  if (shape.rest === 'any') return 'Record<string, unknown>'
  if (shape.rest === 'none') return 'Record<string, never>'
  const values = typeText(shape.rest)
  // TypeScript looks into a Record at once, so that a type could not have a Record of itself.
  return referencesIn(shape.rest).length ? `{ [key: string]: ${values} }` : `Record<string, ${values}>`
}

/** The fields of an object, one a line, each with a line end. */
export function fieldsText({ fields, rest }: ObjectShape): string {
  const lines = fields.map(fieldText)
  if (typeof rest === 'string') return lines.join('')
  // TypeScript wants the type of other properties to hold for the known ones too.
  const types = unique([
    typeText(rest),
    ...fields.flatMap(({ shape, required }) => [typeText(shape), ...(required ? [] : ['undefined'])]),
  ])
  return [...lines, `[key: string]: ${types.includes('unknown') ? 'unknown' : types.join(' | ')}\n`].join('')
}

function fieldText({ name, shape, required, description, deprecated }: Field): string {
  const key = `${propertyKey(name)}${required ? '' : '?'}:`
  // With `undefined` it can be handed in as well where exactOptionalPropertyTypes is on.
  const type = required ? shape : optional(shape)
  const text = typeText(type, key.length + 3)
  const said = { ...(description !== undefined && { description }), ...(deprecated && { deprecated }) }
  return `${docComment(said)}${key}${text.startsWith('\n') ? '' : ' '}${text}\n`
}

const UNDEFINED: Shape = { kind: 'reference', name: 'undefined' }

function optional(shape: Shape): Shape {
  if (shape.kind === 'unknown') return shape
  const members =
    shape.kind === 'union'
      ? shape.members
      : shape.kind === 'constant'
        ? shape.values.map((value): Shape => ({ kind: 'constant', values: [value] }))
        : [shape]
  return { kind: 'union', members: [...members, UNDEFINED], exclusive: false }
}
