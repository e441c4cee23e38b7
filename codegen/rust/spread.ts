import { refTo, type Schema } from '../pivot/document.ts'
import type { RustContext } from './context.ts'
import type { Item, RustType } from './item.ts'
import { namedType } from './read-type.ts'
import { resolve } from './resolve.ts'
import type { Scope } from './scope.ts'
import { readSerde } from './serde.ts'
import { MAPS, TRANSPARENT } from './std-types.ts'
import { mappedSchema, typeSchema } from './type-schema.ts'

/*
 * What serde puts into an object for a value that stands among its fields: by `flatten`, and in a variant with a tag inside.
 */

export type Spread =
  | { readonly kind: 'nothing' }
  /** Those of an item. */
  | { readonly kind: 'fields'; readonly item: Item; readonly schema: Schema }
  /** Properties of any name. */
  | { readonly kind: 'others'; readonly values: Schema }
  /** As what it is in, or nothing if it is None. */
  | { readonly kind: 'option'; readonly inner: Spread }
  /** Serde has no place for it: its JSON is no object. */
  | { readonly kind: 'no object' }

const NOTHING: Spread = { kind: 'nothing' }
const ANYTHING: Spread = { kind: 'others', values: true }
const NO_OBJECT: Spread = { kind: 'no object' }

/** @param way - The items that led to the type. One that leads back to itself has no fields. */
export function spreadOf(type: RustType, scope: Scope, context: RustContext, way: readonly Item[] = []): Spread {
  if (type.kind === 'tuple') return type.items.length ? NO_OBJECT : NOTHING
  if (type.kind !== 'path') return NO_OBJECT
  const mapped = mappedSchema(type, scope, context)
  if (mapped !== undefined) return mapped === true ? ANYTHING : NO_OBJECT
  const found = resolve(type.path, scope, context)
  if (found.kind === 'item') return way.includes(found.item) ? NO_OBJECT : ofItem(found.item, type, scope, context, way)
  if (found.kind !== 'library') {
    // It is reported as it is everywhere.
    typeSchema(type, scope, context)
    return NOTHING
  }
  const [first] = type.args
  if (found.name === 'Value') return ANYTHING
  if (first && TRANSPARENT.has(found.name)) return spreadOf(first, scope, context, way)
  if (first && found.name === 'Option') return { kind: 'option', inner: spreadOf(first, scope, context, way) }
  if (!MAPS.has(found.name)) return NO_OBJECT
  const map = typeSchema(type, scope, context)
  return typeof map === 'object' ? { kind: 'others', values: map.additionalProperties ?? true } : NOTHING
}

function ofItem(item: Item, type: RustType, scope: Scope, context: RustContext, before: readonly Item[]): Spread {
  const way = [...before, item]
  if (item.kind === 'alias') return spreadOf(item.type, item.scope, context, way)
  const schema = typeSchema(type, scope, context)
  // It is reported already.
  if (schema === true) return NOTHING
  const fields: Spread = { kind: 'fields', item, schema: refTo(item.name) }
  const serde = readSerde(item, 'container', context.problems)
  if (serde.into !== undefined) return spreadOf(namedType(serde.into, item.place), item.scope, context, way)
  if (item.kind === 'struct') {
    const { style, fields: inner } = item.body
    if (style === 'unit') return NOTHING
    if (style === 'named' && !serde.transparent) return fields
    return ofOnly(inner.filter((field) => !serde.transparent || !readSerde(field, 'field', context.problems).skip))
  }
  if (serde.tag !== undefined) return fields
  const isObject = item.variants.every(({ body }) => {
    if (!serde.untagged) return body.style !== 'unit'
    return body.style === 'named' || (body.style === 'tuple' && ofOnly(body.fields).kind === 'fields')
  })
  return isObject ? fields : NO_OBJECT

  function ofOnly(fields: readonly { readonly type: RustType }[]): Spread {
    const [only, second] = fields
    return only && !second ? spreadOf(only.type, item.scope, context, way) : NO_OBJECT
  }
}
