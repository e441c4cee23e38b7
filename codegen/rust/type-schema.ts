import type { Place } from '../base/problems.ts'
import { refTo, type Schema, type SchemaObject } from '../pivot/document.ts'
import type { RustContext } from './context.ts'
import type { Item, RustType } from './item.ts'
import { type Found, resolve, wholePath } from './resolve.ts'
import { pathOf, type Scope } from './scope.ts'
import { derivesSerialize, isRemote } from './serde.ts'
import { LISTS, MAPS, NULL, PLAIN, TRANSPARENT, WIDE, WRITERS } from './std-types.ts'

/* The output of serde_json for a type. */

type PathType = Extract<RustType, { kind: 'path' }>

/** A value or null. */
const orNull = (schema: Schema): Schema => (schema === true ? true : { anyOf: [schema, NULL] })

/** @param scope - Where the type stands: a name means what it means there. */
export function typeSchema(type: RustType, scope: Scope, context: RustContext): Schema {
  const inner = (each: RustType): Schema => typeSchema(each, scope, context)
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
      return pathSchema(type, scope, context)
    case 'other':
      context.problems.error(
        type.place,
        `${type.text} has no form in JSON: use a struct, an enum or a type of the standard library`,
      )
      return true
  }
}

/** @param min - How many items are always there. */
export const tupleSchema = (items: readonly Schema[], min: number = items.length): Schema => ({
  type: 'array',
  ...(items.length && { prefixItems: items }),
  items: false,
  minItems: min,
  maxItems: items.length,
})

function pathSchema(type: PathType, scope: Scope, context: RustContext): Schema {
  const mapped = mappedSchema(type, scope, context)
  if (mapped !== undefined) return mapped
  const found = resolve(type.path, scope, context)
  if (found.kind === 'item') return referTo(found.item, type, context)
  const known = found.kind === 'library' ? librarySchema(found.name, type, scope, context) : undefined
  return known ?? refuse(found, type, context)
}

/** The meaning that `--map` gives to a type: by its whole path, or by its name. */
export function mappedSchema({ path }: PathType, scope: Scope, { options: { map } }: RustContext): Schema | undefined {
  const whole = wholePath(path, scope)
  const names = [whole.join('::'), path.join('::'), path.at(-1), whole.at(-1)]
  return names.map((name = '') => map.get(name)).find((schema) => schema !== undefined)
}

/** The JSON type of a library's type, by its name there. Undefined: nothing is known of it with these parameters. */
function librarySchema(name: string, type: PathType, scope: Scope, context: RustContext): Schema | undefined {
  const [first, second] = type.args
  const plain = PLAIN.get(name) ?? wideSchema(name, type, context)
  if (plain !== undefined) return plain
  if (name === 'PhantomData') return NULL
  // serde_json's Map has no parameters that matter.
  if (name === 'Map' && !(first && second)) return { type: 'object' }
  // The time zone is not written.
  if (name === 'DateTime') return { type: 'string', format: 'date-time' }
  if (!first) return undefined
  const inner = typeSchema(name === 'SmallVec' && first.kind === 'array' ? first.item : first, scope, context)
  if (name === 'Option') return orNull(inner)
  if (TRANSPARENT.has(name)) return inner
  if (LISTS.has(name)) return { type: 'array', items: inner }
  if (name.startsWith('Range')) return object({ start: inner, end: inner })
  if (!second) return undefined
  const other = typeSchema(second, scope, context)
  if (name === 'Result') return { oneOf: [object({ Ok: inner }), object({ Err: other })] }
  if (!MAPS.has(name)) return undefined
  if (!isKey(inner, context))
    context.problems.error(first.place, `${first.text} cannot be the key of a map in JSON: use a text or a number`)
  return other === true ? { type: 'object' } : { type: 'object', additionalProperties: other }
}

/** An object that has all of some properties, such as `{"Name": value}` for a variant without a tag. */
export const object = (properties: Readonly<Record<string, Schema>>): SchemaObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})

/** Whether serde_json writes a value as the key of a map: texts, numbers, booleans, and enums without data. */
function isKey(schema: Schema, context: RustContext): boolean {
  if (typeof schema === 'boolean') return schema
  if (schema.$ref === undefined)
    return schema.enum !== undefined || /^(string|integer|boolean)$/.test(String(schema.type))
  const definition = [...context.definitions].find(([item]) => refTo(item.name).$ref === schema.$ref)?.[1]
  return definition !== undefined && isKey(definition, context)
}

function wideSchema(name: string, { place, text }: PathType, context: RustContext): Schema | undefined {
  const wide = WIDE.get(name)
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
  if (item.kind === 'alias') return aliasSchema(item, type, context)
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

function aliasSchema(item: Extract<Item, { kind: 'alias' }>, type: PathType, context: RustContext): Schema {
  if (context.open.has(item)) {
    context.problems.error(type.place, `the type ${item.name} is an alias of itself`)
    return true
  }
  context.open.add(item)
  const schema = typeSchema(item.type, item.scope, context)
  context.open.delete(item)
  return schema
}

/** Says why nothing is known of a type, and what to do. */
function refuse(found: Found, { path, text, place }: PathType, { problems, placeText }: RustContext): Schema {
  const map = `--map ${path.at(-1)}=string`
  if (found.kind === 'several') {
    const places = found.items.map((item) => placeText(item.place)).join(' and ')
    problems.error(place, `${text} may be one of several types, at ${places}: import it by its path, or say ${map}`)
  } else
    problems.error(
      place,
      `the type ${text} is not known: name the file that declares it with --types, or say what it is with ${map}`,
    )
  return true
}

/** The output of a function or a module that stands in `serialize_with` or `with`. */
export function writerSchema(writer: string, place: Place, scope: Scope, context: RustContext): Schema {
  const name = writer.replace(/::serialize$/, '')
  const mapped = context.options.map.get(name) ?? context.options.map.get(writer)
  if (mapped !== undefined) return mapped
  const path = wholePath(pathOf(name), scope)
  // A type that says how a type of another crate is written.
  const found = resolve(path, scope, context)
  if (found.kind === 'item' && isRemote(found.item)) {
    context.define(found.item)
    return refTo(found.item.name)
  }
  const known = WRITERS.find(
    ([known]) => known === path.join('::') || (path.length > 1 && known.endsWith(`::${path.join('::')}`)),
  )
  if (known) return known[1]
  context.problems.error(place, `what ${name} writes is not known: say it with --map ${name}=string`)
  return true
}
