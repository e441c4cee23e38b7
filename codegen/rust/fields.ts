import { isDeepStrictEqual } from 'node:util'
import type { Schema, SchemaObject } from '../pivot/document.ts'
import { applyCase } from './case.ts'
import type { RustContext } from './context.ts'
import type { Body, RustField } from './item.ts'
import type { Scope } from './scope.ts'
import { isDeprecated, readSerde, type Serde } from './serde.ts'
import { spreadOf } from './spread.ts'
import { type Part, sayTwice, spreadInto } from './spread-into.ts'
import { NULL } from './std-types.ts'
import { tupleSchema, typeSchema, writerSchema } from './type-schema.ts'

/*
 * The fields of structs and variants.
 */

/** What fields need to know of what they stand in. */
export interface Owner {
  readonly scope: Scope
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
  const items = written.map(({ field, serde }) => fieldSchema(field, serde, owner, context))
  const first = written.findIndex(({ serde }) => serde.skipIf !== undefined)
  const after = written.slice(first).find(({ serde }) => serde.skipIf === undefined)
  if (first >= 0 && after)
    context.problems.error(after.field.place, 'its place is not known, as a value before it may be left out')
  return tupleSchema(items, first < 0 ? items.length : first)
}

/** An object with the fields of a struct. `before` is a property that it begins with. */
export function namedSchema(
  fields: readonly RustField[],
  owner: Owner,
  context: RustContext,
  before: Readonly<Record<string, Schema>> = {},
): SchemaObject {
  const properties = new Map<string, Schema>(Object.entries(before))
  const required = [...properties.keys()]
  const spreads: Part[] = []
  for (const field of fields) {
    const serde = readSerde(field, 'field', context.problems)
    if (serde.skip) continue
    if (serde.flatten) {
      spreads.push({ ...field, spread: spreadOf(field.type, owner.scope, context) })
      continue
    }
    const name = serde.rename ?? applyCase(owner.renameAll, 'field', field.name)
    const schema = documented(leftOut(fieldSchema(field, serde, owner, context), serde), field)
    const other = properties.get(name)
    if (other !== undefined && !isConditional(field)) sayTwice(name, field, context)
    // Under one condition it is this, and under another one that.
    properties.set(name, other === undefined || isDeepStrictEqual(other, schema) ? schema : { anyOf: [other, schema] })
    if (serde.skipIf === undefined && !isConditional(field)) required.push(name)
  }
  return spreadInto({ properties, required }, spreads, context)
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
  if (writer !== undefined) return writerSchema(writer, field.place, owner.scope, context)
  const as = field.attributes.find(({ name }) => /^serde_as$/.test(name))
  if (as)
    context.problems.error(as.place, 'serde_as is not supported: use serialize_with, and say what it writes with --map')
  return typeSchema(field.type, owner.scope, context)
}

function documented(schema: Schema, field: RustField): Schema {
  const about = {
    ...(field.docs && { description: field.docs }),
    ...(isDeprecated(field) && { deprecated: true }),
  }
  if (!Object.keys(about).length) return schema
  return schema === true ? about : { ...(schema as SchemaObject), ...about }
}
