import type { Json } from '../pivot/document.ts'
import { type Count, mayBeAnything, type ObjectShape, type Shape, type TextRules } from '../pivot/shape.ts'
import { call, listOf, objectOf } from './calls.ts'
import type { Model } from './model.ts'
import { isList, literal, objectKey, quote } from './print.ts'
import { emitWith, type Library, type Ready } from './with-library.ts'

/*
 * Validators with valibot 1. Of `oneOf` the first member that fits counts.
 */

const VALIBOT: Library = {
  importLine: "import * as v from 'valibot'",
  typeOf: (name) => `v.GenericSchema<unknown, ${name}>`,
  textOf: valibotText,
}

/** `schemas.ts`. `from` is how the file imports the types. */
export const emitValibot = (model: Model, from: string): string => emitWith(VALIBOT, model, from)

function valibotText(shape: Shape, isReady: Ready): string {
  const inner = (each: Shape): string => valibotText(each, isReady)
  switch (shape.kind) {
    case 'unknown':
    case 'never':
    case 'null':
    case 'boolean':
    case 'bigint':
      return `v.${shape.kind}()`
    case 'string':
      return textSchema(shape.rules)
    case 'number':
      return numberSchema(shape)
    case 'constant':
      return choice(shape.values.map(exactly))
    case 'array':
      return piped(call('v.array', [inner(shape.items)]), listRules(shape.count, shape.unique))
    case 'tuple':
      return tupleSchema(shape, inner)
    case 'object':
      return objectSchema(shape, inner)
    case 'union':
      return choice(shape.members.map(inner))
    case 'all':
      return call('v.intersect', [listOf(shape.members.map(inner))])
    case 'reference':
      return isReady(shape.name) ? shape.name : `v.lazy(() => ${shape.name})`
  }
}

const piped = (schema: string, rules: readonly string[]): string =>
  rules.length ? call('v.pipe', [schema, ...rules]) : schema
const check = (test: string, expected: string): string => `v.check(${test}, ${quote(`expected ${expected}`)})`
const choice = (schemas: readonly string[]): string => {
  const [only] = schemas
  return schemas.length === 1 && only !== undefined ? only : call('v.union', [listOf(schemas, 9)])
}

const FORMATS: ReadonlyMap<string, string> = new Map([
  ['uuid', 'v.uuid()'],
  ['date', 'v.isoDate()'],
  ['date-time', 'v.isoTimestamp()'],
])

function textSchema({ minLength, maxLength, pattern, format = '' }: TextRules): string {
  const known = FORMATS.get(format)
  return piped('v.string()', [
    ...(known ? [known] : []),
    ...(minLength ? [check(`(text) => [...text].length >= ${minLength}`, `${minLength} characters or more`)] : []),
    ...(maxLength !== undefined
      ? [check(`(text) => [...text].length <= ${maxLength}`, `${maxLength} characters at most`)]
      : []),
    ...(pattern !== undefined ? [`v.regex(${new RegExp(pattern, 'u')})`] : []),
  ])
}

function numberSchema({ integer, range }: Extract<Shape, { kind: 'number' }>): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = range
  const rule = (limit: number | undefined, name: string): string[] =>
    limit === undefined ? [] : [`v.${name}(${limit})`]
  return piped('v.number()', [
    integer ? 'v.integer()' : 'v.finite()',
    ...rule(minimum, 'minValue'),
    ...rule(maximum, 'maxValue'),
    ...rule(exclusiveMinimum, 'gtValue'),
    ...rule(exclusiveMaximum, 'ltValue'),
    ...(multipleOf === undefined
      ? []
      : [check(`(n) => Number.isInteger(n / ${multipleOf})`, `a multiple of ${multipleOf}`)]),
  ])
}

function exactly(value: Json): string {
  if (value === null) return 'v.null()'
  if (typeof value !== 'object') return `v.literal(${literal(value)})`
  if (isList(value)) return `v.strictTuple(${listOf(value.map(exactly))})`
  return call('v.strictObject', [
    objectOf(Object.entries(value).map(([name, each]) => `${objectKey(name)}: ${exactly(each)}`)),
  ])
}

const listRules = ({ min = 0, max }: Count, unique: boolean): string[] => [
  ...(min > 0 ? [`v.minLength(${min})`] : []),
  ...(max === undefined ? [] : [`v.maxLength(${max})`]),
  ...(unique
    ? [
        check(
          '(items) => new Set(items.map((item) => JSON.stringify(item))).size === items.length',
          'items that differ',
        ),
      ]
    : []),
]

/** Valibot has no items that may be missing: each length that is allowed is a tuple of its own. */
function tupleSchema(
  { items, rest, count, unique }: Extract<Shape, { kind: 'tuple' }>,
  inner: (shape: Shape) => string,
): string {
  const { min = 0, max = Infinity } = count
  const members = items.slice(0, max).map(inner)
  const shorter = members.flatMap((_, n) =>
    n >= min ? [ofLength(items.slice(0, n), call('v.strictTuple', [listOf(members.slice(0, n))]))] : [],
  )
  const isClosed = rest.kind === 'never' || max <= items.length
  const full = isClosed
    ? ofLength(items.slice(0, max), call('v.strictTuple', [listOf(members)]))
    : piped(ofLength(items, call('v.tupleWithRest', [listOf(members), inner(rest)])), [
        ...(min > items.length ? [check(`(items) => items.length >= ${min}`, `${min} items or more`)] : []),
        ...(max < Infinity ? [check(`(items) => items.length <= ${max}`, `${max} items at most`)] : []),
      ])
  return piped(choice([...shorter, full]), unique ? listRules({}, true) : [])
}

/** Valibot takes an item that is missing for one that is undefined, which `unknown` allows. */
const ofLength = (items: readonly Shape[], tuple: string): string =>
  items.some(mayBeAnything) ? call('v.pipe', ['v.array(v.unknown())', `v.minLength(${items.length})`, tuple]) : tuple

function objectSchema({ fields, rest, count }: ObjectShape, inner: (shape: Shape) => string): string {
  const entries = objectOf(
    fields.map(
      ({ name, shape, required }) =>
        `${objectKey(name)}: ${required ? inner(shape) : call('v.optional', [inner(shape)])}`,
    ),
  )
  const { min = 0, max } = count ?? {}
  const bounds = [
    ...(min > 0 ? [check(`(value) => Object.keys(value).length >= ${min}`, `${min} properties or more`)] : []),
    ...(max !== undefined
      ? [check(`(value) => Object.keys(value).length <= ${max}`, `${max} properties at most`)]
      : []),
  ]
  const schema = restSchema(entries, fields.length > 0, rest, inner)
  if (fields.some(({ required }) => required)) return piped(schema, bounds)
  // Valibot takes a list for an object that needs no fields.
  return piped('v.unknown()', [check('(value) => !Array.isArray(value)', 'an object'), schema, ...bounds])
}

function restSchema(
  entries: string,
  hasFields: boolean,
  rest: ObjectShape['rest'],
  inner: (shape: Shape) => string,
): string {
  if (rest === 'any') return call('v.looseObject', [entries])
  if (rest === 'none') return call('v.strictObject', [entries])
  return hasFields ? call('v.objectWithRest', [entries, inner(rest)]) : call('v.record', ['v.string()', inner(rest)])
}
