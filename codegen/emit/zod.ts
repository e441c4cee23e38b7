import type { Json } from '../pivot/document.ts'
import { type Count, mayBeAnything, type ObjectShape, type Shape, type TextRules } from '../pivot/shape.ts'
import { call, listOf, objectOf } from './calls.ts'
import type { Model } from './model.ts'
import { isList, literal, objectKey, quote } from './print.ts'
import { emitWith, type Library, type Ready } from './with-library.ts'

/*
 * Validators with zod 4. Where zod counts UTF-16 units or safe integers, a refinement counts as JSON Schema does. Of `oneOf` the
 * first member that fits counts.
 */

const ZOD: Library = {
  importLine: "import * as z from 'zod'",
  typeOf: (name) => `z.ZodType<${name}>`,
  textOf: zodText,
}

/** `schemas.ts`. `from` is how the file imports the types. */
export const emitZod = (model: Model, from: string): string => emitWith(ZOD, model, from)

function zodText(shape: Shape, isReady: Ready): string {
  const inner = (each: Shape): string => zodText(each, isReady)
  switch (shape.kind) {
    case 'unknown':
    case 'never':
    case 'null':
    case 'boolean':
    case 'bigint':
      return `z.${shape.kind}()`
    case 'string':
      return textSchema(shape.rules)
    case 'number':
      return numberSchema(shape)
    case 'constant':
      return constantSchema(shape.values)
    case 'array':
      return listSchema(call('z.array', [inner(shape.items)]), shape)
    case 'tuple':
      return tupleSchema(shape, inner)
    case 'object':
      return objectSchema(shape, inner)
    case 'union':
      return call('z.union', [listOf(shape.members.map(inner), 10)])
    case 'all':
      return shape.members.map(inner).reduce((a, b) => call('z.intersection', [a, b]))
    case 'reference':
      return isReady(shape.name) ? shape.name : `z.lazy(() => ${shape.name})`
  }
}

const refine = (test: string, expected: string): string => `.refine(${test}, ${quote(`expected ${expected}`)})`

/** Zod has names for them; its `uuid` wants a version, which not all have. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['uuid', 'z.guid()'],
  ['date', 'z.iso.date()'],
  ['date-time', 'z.iso.datetime({ offset: true })'],
])

function textSchema({ minLength, maxLength, pattern, format = '' }: TextRules): string {
  return [
    FORMATS.get(format) ?? 'z.string()',
    ...(minLength ? [refine(`(text) => [...text].length >= ${minLength}`, `${minLength} characters or more`)] : []),
    ...(maxLength !== undefined
      ? [refine(`(text) => [...text].length <= ${maxLength}`, `${maxLength} characters at most`)]
      : []),
    ...(pattern !== undefined ? [`.regex(${new RegExp(pattern, 'u')})`] : []),
  ].join('')
}

function numberSchema({ integer, range }: Extract<Shape, { kind: 'number' }>): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = range
  const rule = (limit: number | undefined, method: string): string =>
    limit === undefined ? '' : `.${method}(${limit})`
  return [
    'z.number()',
    integer ? refine('Number.isInteger', 'a whole number') : '',
    rule(minimum, 'min'),
    rule(maximum, 'max'),
    rule(exclusiveMinimum, 'gt'),
    rule(exclusiveMaximum, 'lt'),
    multipleOf === undefined ? '' : refine(`(n) => Number.isInteger(n / ${multipleOf})`, `a multiple of ${multipleOf}`),
  ].join('')
}

function constantSchema(values: readonly Json[]): string {
  const isPlain = (value: Json): boolean => typeof value !== 'object' || value === null
  const plain = values.filter(isPlain)
  const [only] = plain
  const schemas = [
    ...(plain.length
      ? [`z.literal(${plain.length === 1 && only !== undefined ? literal(only) : listOf(plain.map(literal))})`]
      : []),
    ...values.filter((value) => !isPlain(value)).map(exactly),
  ]
  return schemas.length === 1 ? (schemas[0] ?? '') : call('z.union', [listOf(schemas)])
}

/** A list or an object that is always the same. */
function exactly(value: Json): string {
  if (typeof value !== 'object' || value === null) return `z.literal(${literal(value)})`
  if (isList(value)) return `z.tuple(${listOf(value.map(exactly))})`
  return call('z.strictObject', [
    objectOf(Object.entries(value).map(([name, each]) => `${objectKey(name)}: ${exactly(each)}`)),
  ])
}

function listSchema(
  schema: string,
  { count: { min = 0, max }, unique }: { readonly count: Count; readonly unique: boolean },
): string {
  return [
    schema,
    min > 0 ? `.min(${min})` : '',
    max === undefined ? '' : `.max(${max})`,
    unique
      ? refine(
          '(items) => new Set(items.map((item) => JSON.stringify(item))).size === items.length',
          'items that differ',
        )
      : '',
  ].join('')
}

function tupleSchema(
  { items, rest, count, unique }: Extract<Shape, { kind: 'tuple' }>,
  inner: (shape: Shape) => string,
): string {
  const { min = 0, max = Infinity } = count
  const members = items.map((item, n) => (n < min ? inner(item) : `${inner(item)}.optional()`))
  const tail = rest.kind === 'never' || max <= items.length ? [] : [inner(rest)]
  const tuple = call('z.tuple', [listOf(members.slice(0, max)), ...tail])
  // With more items behind it, zod takes an item that is missing for one that is undefined, which `unknown` allows.
  const isLax = tail.length > 0 && items.slice(0, min).some(mayBeAnything)
  const schema = isLax ? `z.array(z.unknown()).min(${min}).pipe(${tuple})` : tuple
  const bounds = [
    ...(min > items.length ? [refine(`(items) => items.length >= ${min}`, `${min} items or more`)] : []),
    ...(max < Infinity && tail.length ? [refine(`(items) => items.length <= ${max}`, `${max} items at most`)] : []),
  ]
  return listSchema(schema + bounds.join(''), { count: {}, unique })
}

function objectSchema({ fields, rest, count }: ObjectShape, inner: (shape: Shape) => string): string {
  const entries = fields.map(
    ({ name, shape, required }) => `${objectKey(name)}: ${inner(shape)}${required ? '' : '.optional()'}`,
  )
  const { min = 0, max } = count ?? {}
  const bounds = [
    ...(min > 0 ? [refine(`(value) => Object.keys(value).length >= ${min}`, `${min} properties or more`)] : []),
    ...(max !== undefined
      ? [refine(`(value) => Object.keys(value).length <= ${max}`, `${max} properties at most`)]
      : []),
  ].join('')
  if (rest === 'any') return `${call('z.looseObject', [objectOf(entries)])}${bounds}`
  if (rest === 'none') return `${call('z.strictObject', [objectOf(entries)])}${bounds}`
  if (!fields.length) return `${call('z.record', ['z.string()', inner(rest)])}${bounds}`
  return `${call('z.object', [objectOf(entries)])}.catchall(${inner(rest)})${bounds}`
}
