import type { TypeName } from '../pivot/document.ts'
import type { Form } from './keywords.ts'

/*
 * Whether the value of a keyword has the form that JSON Schema gives it.
 */

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isText = (value: unknown): value is string => typeof value === 'string'

const TYPES: ReadonlySet<unknown> = new Set<TypeName>([
  'null',
  'boolean',
  'integer',
  'number',
  'string',
  'array',
  'object',
])

/** Whether JSON has a form for a value. YAML has more numbers. */
const isJson = (value: unknown): boolean =>
  typeof value === 'number' ? Number.isFinite(value) : !isContainer(value) || Object.values(value).every(isJson)

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null

const isSchema = (value: unknown): boolean => typeof value === 'boolean' || isObject(value)

function isPattern(value: unknown): boolean {
  try {
    return isText(value) && new RegExp(value, 'u') instanceof RegExp
  } catch {
    return false
  }
}

const FORMS: Readonly<Record<Form, readonly [expected: string, test: (value: unknown) => boolean]>> = {
  schema: ['a schema: an object, true or false', isSchema],
  schemas: ['a list of schemas', (value) => Array.isArray(value) && value.length > 0],
  properties: ['an object of schemas', isObject],
  number: ['a number', Number.isFinite],
  count: ['a whole number, 0 or more', (value) => Number.isInteger(value) && Number(value) >= 0],
  text: ['a text', isText],
  texts: ['a list of texts', (value) => Array.isArray(value) && value.every(isText)],
  flag: ['true or false', (value) => typeof value === 'boolean'],
  json: ['a value of JSON', isJson],
  jsons: [
    'a list of values of JSON, one at least',
    (value) => Array.isArray(value) && value.length > 0 && isJson(value),
  ],
  types: [
    `one of ${[...TYPES].join(', ')}, or a list of them`,
    (value) => TYPES.has(value) || (Array.isArray(value) && value.length > 0 && value.every((type) => TYPES.has(type))),
  ],
}

/** The kind of value that a keyword expects, if it has another one. */
export function misfit(keyword: string, form: Form, value: unknown): string | undefined {
  if (keyword === 'pattern' && !isPattern(value)) return 'a regular expression of JavaScript (flag u)'
  if (keyword === 'items' && Array.isArray(value)) return 'a schema: a list of schemas is called prefixItems'
  if (keyword === 'multipleOf' && !(typeof value === 'number' && value > 0)) return 'a number above 0'
  if (keyword === 'x-ts-type' && value !== 'bigint') return '"bigint"'
  const [expected, test] = FORMS[form]
  return test(value) ? undefined : expected
}
