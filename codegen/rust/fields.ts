import type { Schema, SchemaObject } from '../pivot/document.ts'
import { applyCase } from './case.ts'
import { findItem, type RustContext } from './context.ts'
import type { Body, RustField, RustType } from './item.ts'
import { isDeprecated, readSerde, type Serde } from './serde.ts'
import { isSpreadable } from './spreadable.ts'
import { NULL, tupleSchema, typeSchema, writerSchema } from './type-schema.ts'

/*
 * The fields of structs and variants.
 */

/** What fields need to know of what they stand in. */
export interface Owner {
  readonly file: string
  /** The rule for the names of the fields. */
  readonly renameAll: string | undefined
}

/** What a body is written as. A body without fields is null. */
export function bodySchema(body: Body, owner: Owner, context: RustContext): Schema {
  if (body.style === 'unit') return NULL
  if (body.style === 'named') return namedSchema(body.fields, owner, context)
  const fields = body.fields.map((field) => ({ field, serde: readSerde(field, 'field', context.problems) }))
  const [only, second] = fields
  // A struct around one value is written as the value.
  if (only && !second) return fieldSchema(only.field, only.serde, owner, context)
  const written = fields.filter(({ serde }) => !serde.skip)
  return tupleSchema(written.map(({ field, serde }) => fieldSchema(field, serde, owner, context)))
}

/** An object. What is flattened into it stands beside it, in `allOf`. */
function namedSchema(fields: readonly RustField[], owner: Owner, context: RustContext): SchemaObject {
  const properties = new Map<string, Schema>()
  const required: string[] = []
  const beside: Schema[] = []
  let others: Schema = true
  for (const field of fields) {
    const serde = readSerde(field, 'field', context.problems)
    if (serde.skip) continue
    if (serde.flatten) {
      const flat = flattened(field, owner, context)
      for (const [name, schema] of Object.entries(flat.optional ?? {})) properties.set(name, schema)
      if (flat.others !== undefined) others = flat.others
      if (flat.schema) beside.push(flat.schema)
      continue
    }
    const name = serde.rename ?? applyCase(owner.renameAll, 'field', field.name)
    if (properties.has(name))
      context.problems.error(field.place, `there are two fields ${name} in the JSON: rename one`)
    properties.set(name, documented(leftOut(fieldSchema(field, serde, owner, context), serde), field))
    if (serde.skipIf === undefined && !isConditional(field)) required.push(name)
  }
  const own: SchemaObject = {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length && { required }),
    ...(others !== true && { additionalProperties: others }),
  }
  return beside.length ? { allOf: [...(properties.size ? [own] : []), ...beside] } : own
}

/** A field that is left out if it is None is never null. */
function leftOut(schema: Schema, { skipIf = '' }: Serde): Schema {
  if (!/(^|::)is_none$/.test(skipIf) || typeof schema === 'boolean') return schema
  const [value, ...more] = schema.anyOf ?? []
  return value !== undefined && more.length === 1 && more[0] === NULL ? value : schema
}

/** Whether it is compiled only where a condition holds. */
const isConditional = ({ attributes }: RustField): boolean => attributes.some(({ name }) => name === 'cfg')

function fieldSchema(field: RustField, serde: Serde, owner: Owner, context: RustContext): Schema {
  const { writer } = serde
  if (writer !== undefined) return writerSchema(writer, field.place, context)
  const as = field.attributes.find(({ name }) => /^serde_as$/.test(name))
  if (as)
    context.problems.error(as.place, 'serde_as is not supported: use serialize_with, and say what it writes with --map')
  return typeSchema(field.type, owner.file, context)
}

function documented(schema: Schema, field: RustField): Schema {
  const about = {
    ...(field.docs && { description: field.docs }),
    ...(isDeprecated(field) && { deprecated: true }),
  }
  if (!Object.keys(about).length) return schema
  return schema === true ? about : { ...(schema as SchemaObject), ...about }
}

interface Flat {
  readonly schema?: Schema
  /** Fields that may be missing. */
  readonly optional?: Readonly<Record<string, Schema>>
  /** What all other properties are. */
  readonly others?: Schema
}

function flattened({ type, place }: RustField, owner: Owner, context: RustContext): Flat {
  const schema = optionOf(type)
  const inner = schema ?? type
  if (!isSpreadable(inner, owner.file, context)) {
    context.problems.error(place, `${inner.text} cannot be flattened: its JSON is no object`)
    return {}
  }
  const read = typeSchema(inner, owner.file, context)
  if (typeof read === 'boolean') return {}
  if (read.$ref === undefined && read.properties === undefined)
    return { ...(read.additionalProperties !== undefined && { others: read.additionalProperties }) }
  if (!schema) return { schema: read }
  const item = inner.kind === 'path' ? findItem(inner.last, owner.file, context) : undefined
  const definition = item && item !== 'several' ? context.definitions.get(item) : undefined
  if (typeof definition === 'object' && definition.properties && !definition.allOf)
    return { optional: definition.properties }
  context.problems.error(
    place,
    `an optional ${inner.text} cannot be flattened: only a struct without flattened fields can`,
  )
  return {}
}

/** The type in an Option. */
const optionOf = (type: RustType): RustType | undefined =>
  type.kind === 'path' && type.last === 'Option' ? type.args[0] : undefined
