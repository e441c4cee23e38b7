import { isDeepStrictEqual } from 'node:util'
import type { Field, ObjectShape, Shape } from '../pivot/shape.ts'
import { describe } from './describe.ts'
import type { Resolve } from './resolve.ts'
import { loosened } from './rules.ts'

/* The changes for a client that was generated before, and gets what is sent now. */

export interface Change {
  /** A client of before cannot take what comes now. */
  readonly isBreaking: boolean
  /** The event and the way to the field: `order.created.lines[].sku`. */
  readonly path: string
  readonly text: string
}

/** How references are followed, before and now. */
export interface Sides {
  readonly before: Resolve
  readonly after: Resolve
}

/** Compares what a value was with what it is. */
export function compare(before: Shape, after: Shape, path: string, sides: Sides): Change[] {
  return compareIn({ ...sides, open: new Set() }, before, after, path)
}

interface Context extends Sides {
  /** The pairs of references that are being compared: they may lead back to themselves. */
  readonly open: Set<string>
}

const breaking = (path: string, text: string): Change => ({ isBreaking: true, path, text })
const compatible = (path: string, text: string): Change => ({ isBreaking: false, path, text })

function compareIn(context: Context, given: Shape, now: Shape, path: string): Change[] {
  const pair = given.kind === 'reference' && now.kind === 'reference' ? `${given.name} ${now.name}` : undefined
  if (pair !== undefined && context.open.has(pair)) return []
  if (pair !== undefined) context.open.add(pair)
  const before = context.before(given)
  const after = context.after(now)
  const changes = isDeepStrictEqual(before, after) && !hasReferences(before) ? [] : differ(context, before, after, path)
  if (pair !== undefined) context.open.delete(pair)
  return changes
}

const hasReferences = (shape: Shape): boolean => JSON.stringify(shape).includes('"reference"')

function differ(context: Context, before: Shape, after: Shape, path: string): Change[] {
  if (before.kind === 'unknown') return after.kind === 'unknown' ? [] : [compatible(path, `is ${describe(after)} now`)]
  if (after.kind === 'never') return []
  if (after.kind === 'union' || before.kind === 'union') return compareUnions(context, before, after, path)
  if (before.kind === 'object' && after.kind === 'object') return compareObjects(context, before, after, path)
  if (before.kind === 'array' && after.kind === 'array')
    return [
      ...rulesOf(loosened(before.count, after.count), path),
      ...(before.unique && !after.unique ? [breaking(path, 'items may be equal now')] : []),
      ...compareIn(context, before.items, after.items, `${path}[]`),
    ]
  if (before.kind === 'tuple' && after.kind === 'tuple' && before.items.length === after.items.length)
    return [
      ...rulesOf(loosened(before.count, after.count), path),
      ...before.items.flatMap((item, n) => compareIn(context, item, after.items[n] ?? item, `${path}[${n}]`)),
      ...compareIn(context, before.rest, after.rest, `${path}[]`),
    ]
  return compareValues(before, after, path)
}

const rulesOf = (rules: readonly string[], path: string): Change[] => rules.map((rule) => breaking(path, rule))

/** Texts, numbers and constants. */
function compareValues(before: Shape, after: Shape, path: string): Change[] {
  if (before.kind === 'string' && after.kind === 'string') return rulesOf(loosened(before.rules, after.rules), path)
  if (before.kind === 'number' && after.kind === 'number' && (after.integer || !before.integer))
    return rulesOf(loosened(before.range, after.range), path)
  if (after.kind === 'constant') {
    if (before.kind === 'constant') {
      const more = after.values.filter((value) => !before.values.some((old) => isDeepStrictEqual(old, value)))
      const less = before.values.filter((value) => !after.values.some((one) => isDeepStrictEqual(one, value)))
      return [
        ...more.map((value) => breaking(path, `may be ${JSON.stringify(value)} now`)),
        ...less.map((value) => compatible(path, `is never ${JSON.stringify(value)} now`)),
      ]
    }
    const isOfType = after.values.every((value) => (value === null ? 'null' : typeof value) === before.kind)
    if (isOfType) return [compatible(path, `is ${describe(after)} now`)]
  }
  return isDeepStrictEqual(before, after) ? [] : [breaking(path, `was ${describe(before)}, is ${describe(after)}`)]
}

function compareObjects(context: Context, before: ObjectShape, after: ObjectShape, path: string): Change[] {
  const at = (name: string): string => `${path}.${name}`
  const now = new Map(after.fields.map((field) => [field.name, field]))
  const known = new Set(before.fields.map(({ name }) => name))
  const changed = before.fields.flatMap((field) => compareFields(context, field, now.get(field.name), at(field.name)))
  const added = after.fields
    .filter(({ name }) => !known.has(name))
    .map(({ name, shape }) =>
      before.rest === 'any'
        ? compatible(at(name), `is new: ${describe(shape)}`)
        : breaking(at(name), 'is new, and no other properties were allowed'),
    )
  const closed = before.rest !== 'any' && after.rest === 'any' ? [breaking(path, 'may have other properties now')] : []
  const rest =
    typeof before.rest !== 'string' && typeof after.rest !== 'string'
      ? compareIn(context, before.rest, after.rest, `${path}.*`)
      : []
  return [...changed, ...added, ...closed, ...rest, ...rulesOf(loosened(before.count ?? {}, after.count ?? {}), path)]
}

function compareFields(context: Context, before: Field, after: Field | undefined, path: string): Change[] {
  if (!after) return [before.required ? breaking(path, 'is gone') : compatible(path, 'is gone, and was optional')]
  const presence =
    before.required === after.required
      ? []
      : [before.required ? breaking(path, 'may be missing now') : compatible(path, 'is always there now')]
  return [...presence, ...compareIn(context, before.shape, after.shape, path)]
}

/** Each form that a value has now must be one that it could have before. */
function compareUnions(context: Context, before: Shape, after: Shape, path: string): Change[] {
  const old = membersOf(before, context.before)
  const now = membersOf(after, context.after)
  const fits = (a: Shape, b: Shape): boolean => !compareIn(context, a, b, path).some(({ isBreaking }) => isBreaking)
  const left = now.filter((member) => !old.some((each) => fits(each, member)))
  const gone = old.filter((each) => !now.some((member) => fits(each, member)))
  const [only] = left
  const [lost] = gone
  // One form for another of its kind: what has changed in it says more than that it has.
  const isOne = only && lost && left.length === 1 && gone.length === 1
  if (isOne && context.after(only).kind === context.before(lost).kind) return compareIn(context, lost, only, path)
  return [
    ...left.map((member) => breaking(path, `may be ${describe(member)} now`)),
    ...gone.map((member) => compatible(path, `is never ${describe(member)} now`)),
  ]
}

/** The forms of a union, and of the unions in it. Other references stay, so that one that leads back to itself is noticed. */
function membersOf(shape: Shape, resolve: Resolve, way: readonly string[] = []): Shape[] {
  if (shape.kind === 'union') return shape.members.flatMap((member) => membersOf(member, resolve, way))
  if (shape.kind !== 'reference') return [shape]
  // A union that has itself as a member has no form by that.
  if (way.includes(shape.name)) return []
  const found = resolve(shape)
  return found.kind === 'union' ? membersOf(found, resolve, [...way, shape.name]) : [shape]
}
