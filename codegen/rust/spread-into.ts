import { refTo, type Schema, type SchemaObject } from '../pivot/document.ts'
import type { RustContext } from './context.ts'
import type { RustField } from './item.ts'
import type { Spread } from './spread.ts'

/*
 * An object with the fields of other types among its own.
 */

/** A type whose fields stand among others. */
export type Part = Pick<RustField, 'type' | 'place'> & { readonly spread: Spread }

/** An object as it is put together. */
interface Parts {
  readonly properties: Map<string, Schema>
  readonly required: string[]
  /** The schemas of properties of any name. */
  readonly others: Schema[]
}

/**
 * The fields of other types stand beside the object, in `allOf`. With properties of any name all fields stand in one object, as
 * their schema would hold for the fields of the others too.
 */
export function spreadInto(
  own: { readonly properties: ReadonlyMap<string, Schema>; readonly required: readonly string[] },
  parts: readonly Part[],
  context: RustContext,
): SchemaObject {
  const whole: Parts = { properties: new Map(own.properties), required: [...own.required], others: [] }
  const others = parts.filter((part) => !addPart(part, whole, context))
  const flat = others.map((part) => ({ part, fields: fieldsOf(part, context) }))
  const isOpen = whole.others.length > 0 || flat.some(({ fields }) => fields?.others.length)
  const beside: Schema[] = []
  for (const { part, fields } of flat) {
    for (const name of fields?.properties.keys() ?? []) if (whole.properties.has(name)) sayTwice(name, part, context)
    const isOption = part.spread.kind === 'option'
    if (!isOption && !isOpen && 'schema' in part.spread) beside.push(part.spread.schema)
    else if (fields) merge(fields, whole, !isOption)
    else refuse(part, isOption ? 'of an Option' : 'beside a map', context)
  }
  return objectOf(whole, beside)
}

/** Adds a part that is no struct and no enum. False: it is one. */
function addPart({ spread, type, place }: Part, whole: Parts, { problems }: RustContext): boolean {
  const inner = spread.kind === 'option' ? spread.inner : spread
  if (inner.kind === 'fields') return false
  if (inner.kind === 'others' && inner.values !== true) whole.others.push(inner.values)
  if (inner.kind === 'no object' || inner.kind === 'option')
    problems.error(place, `${type.text} cannot be flattened: its JSON is no object`)
  return true
}

/** The fields of a part. Undefined: it is a choice of objects, or is not known yet. */
function fieldsOf({ spread }: Part, context: RustContext): Parts | undefined {
  const inner = spread.kind === 'option' ? spread.inner : spread
  return inner.kind === 'fields' ? flatten(inner.schema, context) : undefined
}

/** All fields of an object, those in `allOf` included. @param way - The references that led to it. */
function flatten(schema: Schema, context: RustContext, way: readonly string[] = []): Parts | undefined {
  if (typeof schema === 'boolean' || schema.anyOf || schema.oneOf) return undefined
  if (schema.$ref !== undefined) {
    const [, definition] = [...context.definitions].find(([item]) => refTo(item.name).$ref === schema.$ref) ?? []
    const isCircle = definition === undefined || way.includes(schema.$ref)
    return isCircle ? undefined : flatten(definition, context, [...way, schema.$ref])
  }
  const { properties = {}, required = [], additionalProperties: others = true, allOf = [] } = schema
  const whole: Parts = {
    properties: new Map(Object.entries(properties)),
    required: [...required],
    others: others === true ? [] : [others],
  }
  for (const each of allOf) {
    const fields = flatten(each, context, way)
    if (!fields) return undefined
    merge(fields, whole, true)
  }
  return whole
}

function merge({ properties, required, others }: Parts, into: Parts, isThere: boolean): void {
  for (const [name, schema] of properties) into.properties.set(name, schema)
  if (isThere) into.required.push(...required)
  into.others.push(...others)
}

function objectOf({ properties, required, others }: Parts, beside: readonly Schema[]): SchemaObject {
  const [only, ...more] = others
  const object: SchemaObject = {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length && { required }),
    ...(only !== undefined && { additionalProperties: more.length ? { anyOf: others } : only }),
  }
  return beside.length ? { allOf: [...(properties.size ? [object] : []), ...beside] } : object
}

export const sayTwice = (name: string, { place }: Pick<RustField, 'place'>, { problems }: RustContext): void =>
  problems.error(place, `there are two fields ${name} in the JSON: rename one`)

const refuse = ({ type: { text }, place }: Part, where: string, { problems }: RustContext): void =>
  problems.error(place, `${text} cannot be flattened: ${where}, only a struct without flattened enums can`)
