import type { Count, ObjectShape, Shape, TextRules } from '../pivot/shape.ts'
import { call, listOf, objectOf } from './calls.ts'
import type { Definition, Model } from './model.ts'
import { type Ordered, ordered } from './order.ts'
import { partsText } from './plain-parts.ts'
import { literal, objectKey, quote } from './print.ts'
import { tagsOf } from './tags.ts'

/*
 * Validators as plain code: Standard Schemas that need no library.
 */

/** The tools that turn a shape into code. */
interface Context {
  readonly definitions: readonly Definition[]
  readonly isReady: Ordered['isReady']
  /** The helpers that are used. */
  readonly used: Set<string>
  /** The definition that is being written. */
  readonly owner: string
}

/** `schemas.ts`. `events` is how the file imports the types. */
export function emitPlain({ definitions, events }: Model, from: string): string {
  const order = ordered(definitions, events)
  const used = new Set(['schema'])
  const checks = order.definitions.map(({ name, shape }) => {
    const context = { definitions, isReady: order.isReady, used, owner: name }
    return `const is${name}: Check = ${checkText(shape, context)}\n`
  })
  const entries = events.map(({ name, type }) => `${objectKey(name)}: schema<Events[${quote(name)}]>(is${type})`)
  return [
    `import type { Events } from ${quote(from)}\n`,
    partsText(used),
    ...checks,
    `/** A validator for each event: for \`parse: schemas(eventSchemas)\` of a client, and \`schemas: eventSchemas\` of a hub. */
export const eventSchemas = ${objectOf(entries)}\n`,
  ].join('\n')
}

function checkText(shape: Shape, context: Context): string {
  const inner = (each: Shape): string => checkText(each, context)
  const use = (name: string): string => {
    context.used.add(name)
    return name
  }
  switch (shape.kind) {
    case 'unknown':
      return use('anything')
    case 'never':
      return use('nothing')
    case 'null':
      return use('nil')
    case 'boolean':
      return use('boolean')
    case 'bigint':
      return use('bigint')
    case 'string':
      return textCheck(shape.rules, use)
    case 'number':
      return numberCheck(shape, use)
    case 'constant': {
      const isPlain = shape.values.every((value) => typeof value !== 'object' || value === null)
      return call(use(isPlain ? 'constant' : 'constantValue'), shape.values.map(literal))
    }
    case 'array':
      return listCheck(call(use('array'), [inner(shape.items)]), shape, use)
    case 'tuple':
      return listCheck(call(use('tuple'), [listOf(shape.items.map(inner)), inner(shape.rest)]), shape, use)
    case 'object':
      return objectCheck(shape, context, use)
    case 'union':
      return unionCheck(shape, context, use)
    case 'all':
      return call(use('all'), shape.members.map(inner))
    case 'reference':
      return context.isReady(context.owner, shape.name) ? `is${shape.name}` : `${use('later')}(() => is${shape.name})`
  }
}

type Use = (name: string) => string

const FORMATS: ReadonlyMap<string, readonly [helper: string, said: string]> = new Map([
  ['uuid', ['uuid', 'a UUID']],
  ['date', ['date', 'a date']],
  ['date-time', ['dateTime', 'a date and time']],
])

function textCheck({ minLength, maxLength, pattern, format = '' }: TextRules, use: Use): string {
  const [helper, said] = FORMATS.get(format) ?? []
  const rules: (readonly [said: string, test: string])[] = [
    ...(helper && said ? [[said, `${use(helper)}(value)`] as const] : []),
    ...(minLength ? [[`${minLength} characters or more`, `[...value].length >= ${minLength}`] as const] : []),
    ...(maxLength !== undefined
      ? [[`${maxLength} characters at most`, `[...value].length <= ${maxLength}`] as const]
      : []),
    ...(pattern !== undefined ? [[`like ${pattern}`, `${new RegExp(pattern, 'u')}.test(value)`] as const] : []),
  ]
  if (!rules.length) return use('string')
  const tests = rules.map(([, test]) => test).join(' && ')
  return call(use('text'), [quote(rules.map(([text]) => text).join(', ')), `(value) => ${tests}`])
}

function numberCheck({ integer, range }: Extract<Shape, { kind: 'number' }>, use: Use): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = range
  const rule = (limit: number | undefined, said: string, operator: string): (readonly [string, string])[] =>
    limit === undefined ? [] : [[`${said} ${limit}`, `value ${operator} ${limit}`]]
  const rules = [
    ...rule(minimum, 'at least', '>='),
    ...rule(maximum, 'at most', '<='),
    ...rule(exclusiveMinimum, 'above', '>'),
    ...rule(exclusiveMaximum, 'below', '<'),
    ...(multipleOf === undefined
      ? []
      : [[`a multiple of ${multipleOf}`, `Number.isInteger(value / ${multipleOf})`] as const]),
  ]
  if (!rules.length) return use(integer ? 'integer' : 'number')
  const said = `${integer ? 'a whole number' : 'a number'}: ${rules.map(([text]) => text).join(', ')}`
  const tests = [...(integer ? ['Number.isInteger(value)'] : []), ...rules.map(([, test]) => test)].join(' && ')
  return call(use('numeric'), [quote(said), `(value) => ${tests}`])
}

/** With what is asked of a list as a whole. */
function listCheck(
  check: string,
  { count, unique }: { readonly count: Count; readonly unique: boolean },
  use: Use,
): string {
  const { min = 0, max = Infinity } = count
  const more = [
    ...(min > 0 || max < Infinity ? [`${use('length')}(${min}, ${max})`] : []),
    ...(unique ? [use('unique')] : []),
  ]
  return more.length ? call(use('all'), [check, ...more]) : check
}

function objectCheck({ fields, rest, count }: ObjectShape, context: Context, use: Use): string {
  const entries = (isRequired: boolean): string[] =>
    fields
      // Of a field that may be missing and may be anything, there is nothing to check.
      .filter(
        ({ required, shape }) => required === isRequired && (required || rest !== 'any' || shape.kind !== 'unknown'),
      )
      .map(({ name, shape }) => `${objectKey(name)}: ${checkText(shape, context)}`)
  const others = rest === 'any' ? undefined : rest === 'none' ? use('nothing') : checkText(rest, context)
  const optional = entries(false)
  const args = [
    objectOf(entries(true)),
    ...(optional.length || others ? [objectOf(optional)] : []),
    ...(others ? [others] : []),
  ]
  const check = call(use('object'), args)
  const { min = 0, max = Infinity } = count ?? {}
  return count ? call(use('all'), [check, `${use('size')}(${min}, ${max})`]) : check
}

function unionCheck({ members, exclusive }: Extract<Shape, { kind: 'union' }>, context: Context, use: Use): string {
  const checks = members.map((member) => checkText(member, context))
  const tags = tagsOf(members, context.definitions)
  if (!tags) return call(use(exclusive ? 'one' : 'some'), checks)
  const entries = checks.map((check, n) => `${objectKey(tags.values[n] ?? '')}: ${check}`)
  return call(use('tagged'), [quote(tags.field), objectOf(entries)])
}
