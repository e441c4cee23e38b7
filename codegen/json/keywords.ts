import type { TypeName } from '../pivot/document.ts'

/*
 * The keywords of JSON Schema, and what an importer does with each.
 */

/** The value of a keyword. */
export type Form =
  | 'schema'
  | 'schemas'
  | 'properties'
  | 'number'
  | 'count'
  | 'text'
  | 'texts'
  | 'flag'
  | 'json'
  | 'jsons'
  | 'types'

interface Keyword {
  readonly form: Form
  /** The type of the values that it speaks of. A schema without `type` gets it. */
  readonly implies?: TypeName
}

/** The keywords that are kept. */
export const KEPT: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['type', { form: 'types' }],
  ['enum', { form: 'jsons' }],
  ['const', { form: 'json' }],
  ['anyOf', { form: 'schemas' }],
  ['oneOf', { form: 'schemas' }],
  ['allOf', { form: 'schemas' }],
  ['properties', { form: 'properties', implies: 'object' }],
  ['required', { form: 'texts', implies: 'object' }],
  ['additionalProperties', { form: 'schema', implies: 'object' }],
  ['minProperties', { form: 'count', implies: 'object' }],
  ['maxProperties', { form: 'count', implies: 'object' }],
  ['items', { form: 'schema', implies: 'array' }],
  ['prefixItems', { form: 'schemas', implies: 'array' }],
  ['minItems', { form: 'count', implies: 'array' }],
  ['maxItems', { form: 'count', implies: 'array' }],
  ['uniqueItems', { form: 'flag', implies: 'array' }],
  ['minLength', { form: 'count', implies: 'string' }],
  ['maxLength', { form: 'count', implies: 'string' }],
  ['pattern', { form: 'text', implies: 'string' }],
  ['format', { form: 'text' }],
  ['minimum', { form: 'number', implies: 'number' }],
  ['maximum', { form: 'number', implies: 'number' }],
  ['exclusiveMinimum', { form: 'number', implies: 'number' }],
  ['exclusiveMaximum', { form: 'number', implies: 'number' }],
  ['multipleOf', { form: 'number', implies: 'number' }],
  ['title', { form: 'text' }],
  ['description', { form: 'text' }],
  ['deprecated', { form: 'flag' }],
  ['x-ts-type', { form: 'text' }],
])

/** Keywords that say nothing about which values are valid. */
export const DROPPED: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'default',
  'example',
  'examples',
  'readOnly',
  'writeOnly',
  'externalDocs',
  'xml',
  // Of OpenAPI and AsyncAPI: the members of oneOf say the same.
  'discriminator',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
])

/** Keywords that change what is valid, and that nothing is generated for. With what to write in their place. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ['not', 'say what the value is'],
  ['if', 'write each case as a member of oneOf'],
  ['then', 'write each case as a member of oneOf'],
  ['else', 'write each case as a member of oneOf'],
  ['dependentRequired', 'write each case as a member of oneOf'],
  ['dependentSchemas', 'write each case as a member of oneOf'],
  ['dependencies', 'write each case as a member of oneOf'],
  ['patternProperties', 'use additionalProperties'],
  ['propertyNames', 'use additionalProperties'],
  ['unevaluatedProperties', 'use additionalProperties'],
  ['unevaluatedItems', 'use items'],
  ['additionalItems', 'use prefixItems and items'],
  ['contains', 'use items'],
  ['minContains', 'use items'],
  ['maxContains', 'use items'],
  ['$dynamicRef', 'use $ref'],
  ['$recursiveRef', 'use $ref'],
  ['$anchor', 'put the schema into $defs and refer to it by its path'],
  ['nullable', 'add "null" to type, as OpenAPI 3.1 does'],
])

/** Values with which such a keyword changes nothing. */
export const HARMLESS: ReadonlyMap<string, unknown> = new Map([
  ['not', false],
  ['propertyNames', true],
  ['unevaluatedProperties', true],
  ['unevaluatedItems', true],
  ['nullable', false],
])

/** Keywords that are read if they are `false`, and the keyword that means the same in a schema that stands alone. */
export const SEALS: ReadonlyMap<string, 'additionalProperties' | 'items'> = new Map([
  ['unevaluatedProperties', 'additionalProperties'],
  ['unevaluatedItems', 'items'],
])
