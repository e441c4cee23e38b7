import type { Place } from '../base/problems.ts'
import { refTo, type Schema } from '../pivot/document.ts'
import { findItem, type RustContext } from './context.ts'
import type { Item, RustType } from './item.ts'
import { derivesSerialize } from './serde.ts'
import { LISTS, MAPS, PLAIN, TRANSPARENT, WIDE, WRITERS } from './std-types.ts'

/*
 * What serde_json writes for a type.
 */

type PathType = Extract<RustType, { kind: 'path' }>

export const NULL: Schema = { type: 'null' }

/** A value or null. */
const orNull = (schema: Schema): Schema => (schema === true ? true : { anyOf: [schema, NULL] })

/** @param file - Where the type stands: a name means what it means there. */
export function typeSchema(type: RustType, file: string, context: RustContext): Schema {
  const inner = (each: RustType): Schema => typeSchema(each, file, context)
  switch (type.kind) {
    case 'tuple':
      return type.items.length ? tupleSchema(type.items.map(inner)) : NULL
    case 'array': {
      const items = inner(type.item)
      return type.length === undefined
        ? { type: 'array', items }
        : { type: 'array', items, minItems: type.length, maxItems: type.length }
    }
    case 'path':
      return pathSchema(type, file, context)
    case 'other':
      context.problems.error(
        type.place,
        `${type.text} has no form in JSON: use a struct, an enum or a type of the standard library`,
      )
      return true
  }
}

export const tupleSchema = (items: readonly Schema[]): Schema => ({
  type: 'array',
  ...(items.length && { prefixItems: items }),
  items: false,
  minItems: items.length,
  maxItems: items.length,
})

function pathSchema(type: PathType, file: string, context: RustContext): Schema {
  const { last, args } = type
  const mapped = context.options.map.get(last)
  if (mapped !== undefined) return mapped
  // A type of one's own hides that of a library.
  const item = findItem(last, file, context)
  if (item === 'several') {
    context.problems.error(
      type.place,
      `there are several types ${last} in the sources: rename all but one, or use --map ${last}=…`,
    )
    return true
  }
  if (item) return referTo(item, type, context)
  return (
    PLAIN.get(last) ??
    wideSchema(type, context) ??
    genericSchema(type, args, file, context) ??
    unknownType(type, context)
  )
}

function genericSchema(
  type: PathType,
  args: readonly RustType[],
  file: string,
  context: RustContext,
): Schema | undefined {
  const [first, second] = args
  const { last } = type
  if (last === 'PhantomData') return NULL
  // serde_json's Map has no parameters that matter.
  if (last === 'Map' && !(first && second)) return { type: 'object' }
  // The time zone is not written.
  if (last === 'DateTime') return { type: 'string', format: 'date-time' }
  if (!first) return undefined
  const inner = typeSchema(last === 'SmallVec' && first.kind === 'array' ? first.item : first, file, context)
  if (last === 'Option') return orNull(inner)
  if (TRANSPARENT.has(last)) return inner
  if (LISTS.has(last)) return { type: 'array', items: inner }
  if (!second) return undefined
  if (MAPS.has(last)) {
    if (!isKey(inner, context))
      context.problems.error(first.place, `${first.text} cannot be the key of a map in JSON: use a text or a number`)
    const values = typeSchema(second, file, context)
    return values === true ? { type: 'object' } : { type: 'object', additionalProperties: values }
  }
  if (last !== 'Result') return undefined
  return { oneOf: [taggedBy('Ok', inner), taggedBy('Err', typeSchema(second, file, context))] }
}

/** `{"Name": value}`, as an enum is written if it has no tag. */
export const taggedBy = (name: string, schema: Schema): Schema => ({
  type: 'object',
  properties: { [name]: schema },
  required: [name],
  additionalProperties: false,
})

/** Whether serde_json writes a value as the key of a map: texts, numbers, booleans, and enums without data. */
function isKey(schema: Schema, context: RustContext): boolean {
  if (typeof schema === 'boolean') return schema
  if (schema.$ref === undefined)
    return schema.enum !== undefined || /^(string|integer|boolean)$/.test(String(schema.type))
  const definition = [...context.definitions].find(([item]) => refTo(item.name).$ref === schema.$ref)?.[1]
  return definition !== undefined && isKey(definition, context)
}

function wideSchema({ last, place, text }: PathType, context: RustContext): Schema | undefined {
  const wide = WIDE.get(last)
  if (!wide) return undefined
  const { int64 } = context.options
  if (int64 === 'error')
    context.problems.error(
      place,
      `${text} has values that a number of JavaScript cannot hold: use i32 or u32, or --int64`,
    )
  if (int64 === 'string') return { type: 'string', pattern: wide.signed ? '^-?\\d+$' : '^\\d+$' }
  if (int64 === 'number') context.wide.push(place)
  const minimum = wide.signed ? undefined : wide.nonZero ? 1 : 0
  return {
    type: 'integer',
    ...(minimum !== undefined && { minimum }),
    ...(int64 === 'bigint' && { 'x-ts-type': 'bigint' as const }),
  }
}

function referTo(item: Item, type: PathType, context: RustContext): Schema {
  if (item.generics !== undefined) {
    context.problems.error(
      type.place,
      `${item.name}${item.generics} is generic, which is not supported: write a struct for each use`,
    )
    return true
  }
  if (item.kind === 'alias') return typeSchema(item.type, item.file, context)
  if (!derivesSerialize(item)) {
    context.problems.error(
      type.place,
      `${item.name} does not derive Serialize, so its JSON is not known: derive it, or use --map ${item.name}=string`,
    )
    return true
  }
  context.define(item)
  return refTo(item.name)
}

function unknownType({ last, text, place }: PathType, context: RustContext): Schema {
  const hint = `name the file that declares it with --types, or say what it is with --map ${last}=string`
  context.problems.error(place, `the type ${text} is not known: ${hint}`)
  return true
}

/** What a function writes that stands in `serialize_with` or `with`. */
export function writerSchema(writer: string, place: Place, context: RustContext): Schema {
  const path = writer.replace(/::serialize$/, '')
  const mapped = context.options.map.get(path) ?? context.options.map.get(writer)
  if (mapped !== undefined) return mapped
  const known = WRITERS.find(([name]) => name === path || name.endsWith(`::${path}`))
  if (known && path.includes('::')) return known[1]
  if (path === 'humantime_serde') return { type: 'string' }
  context.problems.error(place, `what ${writer} writes is not known: say it with --map ${path}=string`)
  return true
}
