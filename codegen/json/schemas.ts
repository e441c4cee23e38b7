import type { Problems } from '../base/problems.ts'
import { refTo, type Schema, type SchemaObject, type TypeName } from '../pivot/document.ts'
import type { Definitions } from './definitions.ts'
import type { Files, Node } from './files.ts'
import { DROPPED, HARMLESS, KEPT, REFUSED, SEALS } from './keywords.ts'
import { isObject, isText, type JsonObject, misfit } from './values.ts'

/*
 * Translates a schema as it stands in a file into one of an event map: references lead to $defs, each schema has the type that
 * its keywords speak of, and what nothing can be generated for is a problem.
 */

/** The tools that read schemas. */
export interface SchemaContext {
  readonly files: Files
  readonly problems: Problems
  readonly definitions: Definitions
}

/** A value inside another one. */
export const child = ({ file, pointer, value }: Node, ...keys: string[]): Node => ({
  file,
  pointer: [...pointer, ...keys],
  value: keys.reduce<unknown>(
    (at, key) => (Object.hasOwn(Object(at), key) ? Reflect.get(Object(at), key) : undefined),
    value,
  ),
})

/** Reads one schema. A part that cannot be read is reported, and counts as `true` so that reading goes on. */
export function readSchema(node: Node, context: SchemaContext): Schema {
  const { value } = node
  if (typeof value === 'boolean') return value
  if (!isObject(value)) {
    context.problems.error(context.files.place(node), 'a schema is expected here: an object, true or false')
    return true
  }
  const rest = readKeywords(node, value, context)
  const typed = withType(rest, node, context)
  return '$ref' in value ? withRef(readRef(node, value['$ref'], context), typed) : typed
}

function readKeywords(node: Node, value: JsonObject, context: SchemaContext): SchemaObject {
  const { files, problems } = context
  const kept: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(value)) {
    const keyword = KEPT.get(name)
    const refused = REFUSED.get(name)
    const isRead = given === HARMLESS.get(name) || (given === false && SEALS.has(name))
    if (refused && !isRead) problems.error(files.place(node, name), `${name} is not supported: ${refused}`)
    if (!keyword) {
      if (!refused && name !== '$ref' && !DROPPED.has(name) && !name.startsWith('x-'))
        problems.warn(files.place(node, name), `${name} is no keyword of JSON Schema, and is ignored`)
      continue
    }
    const expected = misfit(name, keyword.form, given)
    if (expected) problems.error(files.place(node, name), `${name}: expected ${expected}`)
    else kept[name] = readKeyword(child(node, name), keyword.form, context)
  }
  return sealed(kept as SchemaObject, node, value, context)
}

const IN_PLACE = ['$ref', 'allOf', 'anyOf', 'oneOf']

/** Reads `unevaluatedProperties: false` and `unevaluatedItems: false`: with other schemas in place, nothing checks them. */
function sealed(schema: SchemaObject, node: Node, value: JsonObject, { files, problems }: SchemaContext): SchemaObject {
  const isAlone = !IN_PLACE.some((name) => name in value)
  const found = [...SEALS].filter(([name]) => value[name] === false)
  if (!isAlone)
    for (const [name] of found)
      problems.warn(
        files.place(node, name),
        `${name} is not checked beside ${IN_PLACE.join(', ')}: other values are allowed`,
      )
  const closed = found.filter(([, same]) => isAlone && schema[same] === undefined).map(([, same]) => [same, false])
  return { ...schema, ...Object.fromEntries(closed) }
}

function readKeyword(node: Node, form: string, context: SchemaContext): unknown {
  const { value } = node
  if (form === 'schema') return readSchema(node, context)
  if (form === 'schemas') return (value as unknown[]).map((_, n) => readSchema(child(node, `${n}`), context))
  if (form !== 'properties') return value
  return Object.fromEntries(
    Object.keys(value as JsonObject).map((name) => [name, readSchema(child(node, name), context)]),
  )
}

/** Adds the type that the keywords speak of, if the schema does not say it. */
function withType(schema: SchemaObject, node: Node, { files, problems }: SchemaContext): SchemaObject {
  if (schema.type !== undefined) return schema
  const implied = new Set<TypeName>(Object.keys(schema).flatMap((name) => KEPT.get(name)?.implies ?? []))
  const [type, other] = implied
  if (type === undefined) return schema
  if (other === undefined) return { type, ...schema }
  problems.error(files.place(node), `it has keywords for ${type} and for ${other}: say its type`)
  return schema
}

function readRef(node: Node, ref: unknown, context: SchemaContext): SchemaObject | undefined {
  const { files, problems, definitions } = context
  const target = isText(ref) ? files.follow(ref, node) : undefined
  if (target) return refTo(definitions.nameOf(target, (found) => readSchema(found, context)))
  problems.error(files.place(node, '$ref'), `$ref leads nowhere: ${JSON.stringify(ref)}`)
  return undefined
}

const ANNOTATIONS: ReadonlySet<string> = new Set(['title', 'description', 'deprecated'])

/** A reference with what stands beside it. */
function withRef(ref: SchemaObject | undefined, beside: SchemaObject): Schema {
  if (!ref) return true
  if (Object.keys(beside).every((name) => ANNOTATIONS.has(name))) return { ...ref, ...beside }
  const { title, description, deprecated, ...rest } = beside
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(deprecated !== undefined && { deprecated }),
    allOf: [ref, rest],
  }
}
