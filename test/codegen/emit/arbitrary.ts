import * as fc from 'fast-check'
import type { Json, Schema, SchemaObject } from '../../../codegen/pivot/document.ts'

/*
 * Schemas of every kind, and values that fit them, or nearly do.
 */

/** Ajv passes over `__proto__` among properties. */
const NAMES = ['a', 'b', 'c-d', 'isPrototypeOf', 'constructor'] as const
const name = fc.constantFrom(...NAMES)
const small = fc.integer({ min: 0, max: 3 })
const scalar = fc.constantFrom<Json>(null, true, false, 0, 1, -1, 1.5, 'a', 'bb', '😀', 'it\'s "x"', '2024-02-29')

const some = (...fields: [string, fc.Arbitrary<unknown>][]): fc.Arbitrary<SchemaObject> =>
  fc.record(Object.fromEntries(fields), { requiredKeys: [] }) as fc.Arbitrary<SchemaObject>

const leaf: fc.Arbitrary<Schema> = fc.oneof(
  fc.constantFrom<Schema>(
    true,
    false,
    { type: 'null' },
    { type: 'boolean' },
    { $ref: '#/$defs/Node' },
    { $ref: '#/$defs/Tag' },
  ),
  some(
    ['minLength', small],
    ['maxLength', small],
    ['pattern', fc.constantFrom('^a', '\\p{L}', '/')],
    ['format', fc.constantFrom('uuid', 'date', 'date-time', 'unheard-of')],
  ).map((rules) => ({ type: 'string' as const, ...rules })),
  fc
    .tuple(
      fc.constantFrom('integer' as const, 'number' as const),
      some(
        ['minimum', small],
        ['exclusiveMaximum', small],
        ['exclusiveMinimum', fc.constant(-1)],
        ['maximum', small],
        ['multipleOf', fc.constantFrom(0.5, 2)],
      ),
    )
    .map(([type, range]) => ({ type, ...range })),
  fc
    .uniqueArray(fc.oneof(scalar, fc.constantFrom<Json>([1], { a: 1 }, {})), { minLength: 1, maxLength: 3 })
    .map((list) => ({ enum: list })),
  scalar.map((constant) => ({ const: constant })),
  fc.constant<Schema>({ type: ['string', 'null'], minLength: 2, enum: ['a', 'bb', null] }),
)

export const anySchema: fc.Arbitrary<Schema> = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('schema'), some(['minItems', small], ['maxItems', small], ['uniqueItems', fc.boolean()]))
      .map(([items, more]): Schema => ({ type: 'array', items, ...more })),
    fc
      .tuple(
        fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        tie('schema'),
        some(['minItems', small], ['maxItems', small]),
      )
      .map(([prefixItems, items, more]): Schema => ({ type: 'array', prefixItems, items, ...more })),
    fc
      .tuple(
        fc.uniqueArray(fc.tuple(name, tie('schema')), { maxLength: 3, selector: ([key]) => key }),
        fc.uniqueArray(name, { maxLength: 2 }),
        some(['additionalProperties', tie('schema')], ['minProperties', small], ['maxProperties', small]),
      )
      .map(
        ([properties, required, more]): Schema => ({
          type: 'object',
          properties: Object.fromEntries(properties),
          required,
          ...more,
        }),
      ),
    fc
      .tuple(fc.constantFrom('anyOf', 'oneOf', 'allOf'), fc.array(tie('schema'), { minLength: 1, maxLength: 3 }))
      .map(([keyword, members]): Schema => ({ [keyword]: members })),
  ),
})).schema

/** What \`$ref\`s lead to. */
export const DEFS: Readonly<Record<string, Schema>> = {
  Node: {
    type: 'object',
    properties: { next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } },
    required: ['next'],
  },
  Tag: {
    oneOf: ['a', 'b', '__proto__'].map((tag) => ({
      allOf: [
        { type: 'object', properties: { tag: { const: tag } }, required: ['tag'] },
        { type: 'object', properties: { [tag]: { type: 'number' } } },
      ],
    })),
  },
}

const junk: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  fc.constantFrom<unknown>([], {}, [1, 1], { a: 1 }, { tag: 'a' }, { tag: '__proto__' }, { tag: 'toString' }),
)
const texts = fc.constantFrom(
  '',
  'a',
  'ab',
  'b/',
  '😀😀',
  '67e55044-10b1-426f-9247-bb680e5fe0c8',
  '2024-02-29',
  '2023-02-29',
  '1900-02-29',
  '2024-13-01',
  '2015-05-15T17:01:00Z',
  '2015-05-15T17:01:00.5+02:00',
  '2015-05-15T25:01:00Z',
  '2015-05-15T17:01:00',
)

/** Values that fit a schema, if one does not look too closely. */
export function valueFor(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  if (typeof schema === 'boolean' || depth > 5) return junk
  return fc.oneof({ weight: 9, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: junk })
}

function fitting(schema: SchemaObject, depth: number): fc.Arbitrary<unknown> {
  const inner = (each: Schema): fc.Arbitrary<unknown> => valueFor(each, depth + 1)
  const { $ref, type, properties = {}, additionalProperties = true, items = true, prefixItems = [] } = schema
  const members = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if ($ref === '#/$defs/Node') return fc.constantFrom<unknown>({ next: null }, { next: { next: null } }, { next: {} })
  if ($ref)
    return fc.constantFrom<unknown>(
      { tag: 'a', a: 1 },
      { tag: 'b', b: 'x' },
      { tag: 'c' },
      JSON.parse('{"tag":"__proto__","__proto__":1}'),
    )
  if (schema.enum) return fc.constantFrom<unknown>(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (members) return fc.oneof(...members.map(inner))
  if (type === 'string') return texts
  if (type === 'integer' || type === 'number') return fc.constantFrom(-1, 0, 0.5, 1, 2, 3, 1e15)
  if (type === 'boolean') return fc.boolean()
  if (type === 'array')
    return fc.oneof(
      fc.array(inner(items), { maxLength: 3 }),
      fc.tuple(...prefixItems.map(inner)),
      fc.tuple(...prefixItems.map(inner), inner(items)),
    )
  if (type !== 'object') return fc.constant(null)
  const entry = (key: string): fc.Arbitrary<[string, unknown][]> =>
    fc.oneof(
      {
        weight: 4,
        arbitrary: inner(properties[key] ?? additionalProperties).map((value): [string, unknown][] => [[key, value]]),
      },
      { weight: 1, arbitrary: fc.constant<[string, unknown][]>([]) },
    )
  const known = [...new Set([...Object.keys(properties), ...(schema.required ?? [])])]
  return fc.tuple(...[...known, 'other'].map(entry)).map((entries) => Object.fromEntries(entries.flat()))
}
