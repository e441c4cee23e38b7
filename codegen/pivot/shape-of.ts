import { isDeepStrictEqual } from 'node:util'
import { type Json, refName, type Schema, type SchemaObject, type TypeName } from './document.ts'
import { type Count, type Field, type Range, type Shape, type TextRules, UNKNOWN } from './shape.ts'

/** The shape of a schema. */
export function shapeOf(schema: Schema): Shape {
  if (typeof schema === 'boolean') return schema ? UNKNOWN : NEVER
  const parts = [
    ...referenceOf(schema),
    ...ownOf(schema),
    ...unionsOf(schema),
    ...(schema.allOf ?? []).map(shapeOf),
  ].filter(({ kind }) => kind !== 'unknown')
  const [first = UNKNOWN, ...others] = parts
  return others.length ? { kind: 'all', members: parts } : first
}

const referenceOf = ({ $ref }: SchemaObject): Shape[] =>
  $ref === undefined ? [] : [{ kind: 'reference', name: refName($ref) }]

const unionsOf = ({ anyOf, oneOf }: SchemaObject): Shape[] => [
  ...(anyOf ? [union(anyOf.map(shapeOf), false)] : []),
  ...(oneOf ? [union(oneOf.map(shapeOf), true)] : []),
]

function union(members: readonly Shape[], exclusive: boolean): Shape {
  const [first = UNKNOWN, ...others] = members
  return others.length ? { kind: 'union', members, exclusive } : first
}

/** The meaning of `type`, `const` and `enum` in a schema, and of the keywords that go with a type. */
function ownOf(schema: SchemaObject): Shape[] {
  const types = schema.type === undefined ? undefined : [schema.type].flat()
  const values = constantsOf(schema)
  if (values) {
    const fitting = values.filter((value) => !types || types.some((type) => hasType(value, type)))
    if (!fitting.length) return [NEVER]
    const constant: Shape = { kind: 'constant', values: fitting }
    // The other keywords hold for the constants too.
    return isBare(schema) || !types
      ? [constant]
      : [
          constant,
          union(
            types.map((type) => ofType(type, schema)),
            false,
          ),
        ]
  }
  return types
    ? [
        union(
          types.map((type) => ofType(type, schema)),
          false,
        ),
      ]
    : []
}

function constantsOf({ const: constant, enum: several }: SchemaObject): readonly Json[] | undefined {
  if (constant === undefined) return several
  return several && !several.some((value) => isDeepStrictEqual(value, constant)) ? [] : [constant]
}

const BESIDE = new Set([
  'type',
  'const',
  'enum',
  '$ref',
  'anyOf',
  'oneOf',
  'allOf',
  'title',
  'description',
  'deprecated',
  'format',
])
const isBare = (schema: SchemaObject): boolean => Object.keys(schema).every((name) => BESIDE.has(name))

const TYPE_TESTS: Readonly<Record<TypeName, (value: Json) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}
const hasType = (value: Json, type: TypeName): boolean => TYPE_TESTS[type](value)

const NEVER: Shape = { kind: 'never' }

/** Whether any count fits. */
const isCountable = (min = 0, max = Infinity): boolean => min <= max

const OF_TYPE: Readonly<Record<TypeName, (schema: SchemaObject) => Shape>> = {
  null: () => ({ kind: 'null' }),
  boolean: () => ({ kind: 'boolean' }),
  integer: (schema) => ofNumber(schema, true),
  number: (schema) => ofNumber(schema, false),
  string: (schema) => ({
    kind: 'string',
    rules: pick<TextRules>(schema, ['minLength', 'maxLength', 'pattern', 'format']),
  }),
  array: (schema) => (isCountable(schema.minItems, schema.maxItems) ? ofArray(schema) : NEVER),
  object: (schema) => (isCountable(schema.minProperties, schema.maxProperties) ? ofObject(schema) : NEVER),
}
const ofType = (type: TypeName, schema: SchemaObject): Shape => OF_TYPE[type](schema)

function ofNumber(schema: SchemaObject, integer: boolean): Shape {
  if (schema['x-ts-type'] === 'bigint') return { kind: 'bigint' }
  const range = pick<Range>(schema, ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'])
  return { kind: 'number', integer, range }
}

function ofArray({ items = true, prefixItems, minItems, maxItems, uniqueItems = false }: SchemaObject): Shape {
  const count = countOf(minItems, maxItems)
  const rest = shapeOf(items)
  if (rest.kind === 'never' && (minItems ?? 0) > (prefixItems ?? []).length) return NEVER
  if (!prefixItems) return { kind: 'array', items: rest, count, unique: uniqueItems }
  return { kind: 'tuple', items: prefixItems.map(shapeOf), rest, count, unique: uniqueItems }
}

function ofObject(schema: SchemaObject): Shape {
  const { properties = {}, required = [], additionalProperties = true, minProperties, maxProperties } = schema
  const known = Object.entries(properties).map(([name, property]) => fieldOf(name, property, required.includes(name)))
  // A required property without a description must be there all the same.
  const others = required.filter((name) => !Object.hasOwn(properties, name))
  const rest =
    additionalProperties === true ? 'any' : additionalProperties === false ? 'none' : shapeOf(additionalProperties)
  const undescribed = rest === 'any' || rest === 'none' ? true : additionalProperties
  return {
    kind: 'object',
    fields: [
      ...known,
      ...[...new Set(others)].map((name) => fieldOf(name, rest === 'none' ? false : undescribed, true)),
    ],
    rest: rest !== 'any' && rest !== 'none' && rest.kind === 'unknown' ? 'any' : rest,
    ...((minProperties !== undefined || maxProperties !== undefined) && {
      count: countOf(minProperties, maxProperties),
    }),
  }
}

function fieldOf(name: string, schema: Schema, required: boolean): Field {
  const { description, deprecated } = typeof schema === 'boolean' ? {} : schema
  return {
    name,
    shape: shapeOf(schema),
    required,
    ...(description !== undefined && { description }),
    ...(deprecated && { deprecated }),
  }
}

const countOf = (min: number | undefined, max: number | undefined): Count => ({
  ...(min !== undefined && { min }),
  ...(max !== undefined && { max }),
})

function pick<T>(schema: SchemaObject, names: readonly (keyof T & keyof SchemaObject)[]): T {
  const given = names.flatMap((name) => (schema[name] === undefined ? [] : [[name, schema[name]] as const]))
  // Each of the names is one of T, with the type that a schema has for it.
  return Object.fromEntries(given) as T
}
