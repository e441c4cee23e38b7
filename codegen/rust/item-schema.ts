import type { Schema, SchemaObject } from '../pivot/document.ts'
import type { RustContext } from './context.ts'
import { bodySchema, namedSchema } from './fields.ts'
import type { Item } from './item.ts'
import { namedType } from './read-type.ts'
import { isDeprecated, readSerde, type Serde } from './serde.ts'
import { typeSchema } from './type-schema.ts'
import { variantsOf } from './variants.ts'

/** The output of serde_json for a struct, an enum or an alias, with its doc comment. */
export function itemSchema(item: Item, context: RustContext): Schema {
  const schema = written(item, context)
  const about = { ...(item.docs && { description: item.docs }), ...(isDeprecated(item) && { deprecated: true }) }
  if (!Object.keys(about).length) return schema
  return schema === true ? about : { ...about, ...(schema as SchemaObject) }
}

function written(item: Item, context: RustContext): Schema {
  if (item.kind === 'alias') return typeSchema(item.type, item.scope, context)
  const serde = readSerde(item, 'container', context.problems)
  if (serde.into !== undefined) return typeSchema(namedType(serde.into, item.place), item.scope, context)
  if (item.kind === 'enum') return enumSchema(item, serde, context)
  return structSchema(item, serde, context)
}

function structSchema(item: Extract<Item, { kind: 'struct' }>, serde: Serde, context: RustContext): Schema {
  const { body, scope, name } = item
  const owner = { scope, renameAll: serde.renameAll }
  if (serde.transparent) {
    const fields = body.fields.filter((field) => !readSerde(field, 'field', context.problems).skip)
    return bodySchema({ style: 'tuple', fields }, owner, context)
  }
  if (serde.tag === undefined || body.style !== 'named') return bodySchema(body, owner, context)
  return namedSchema(body.fields, owner, context, { [serde.tag]: { const: serde.rename ?? name } })
}

function enumSchema(item: Extract<Item, { kind: 'enum' }>, serde: Serde, context: RustContext): Schema {
  const variants = variantsOf(item, serde, context)
  const constants = variants.map(({ constant }) => constant)
  if (constants.length && constants.every((constant) => constant !== undefined))
    return { type: 'string', enum: constants }
  const schemas = variants.map(({ schema }) => schema)
  const [only, second] = schemas
  if (only === undefined) return false
  if (second === undefined) return only
  return serde.untagged || variants.some(({ isUntagged }) => isUntagged) ? { anyOf: schemas } : { oneOf: schemas }
}
