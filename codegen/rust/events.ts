import { wordsOf } from '../base/names.ts'
import type { Place } from '../base/problems.ts'
import type { EventSpec, Schema } from '../pivot/document.ts'
import { refTo } from '../pivot/document.ts'
import type { RustContext, RustOptions } from './context.ts'
import type { Body, Item, Notes, RustType } from './item.ts'
import { type Mark, readMark } from './mark.ts'
import { resolve } from './resolve.ts'
import { type Path, pathOf } from './scope.ts'
import { derivesSerialize, isDeprecated, isRemote, readSerde } from './serde.ts'
import { variantsOf } from './variants.ts'

/*
 * Which items are events, and what they are called.
 */

/** An event, with its definition beside it if no item is that. */
export interface RustEvent {
  readonly name: string
  readonly spec: EventSpec
  readonly place: Place
  readonly definition?: { readonly name: string; readonly schema: Schema }
}

/** The events in the items of event files. */
export function eventsOf(items: readonly Item[], context: RustContext): RustEvent[] {
  const used = usedItems(items, context)
  return items.flatMap((item) => {
    const mark = readMark(item, context.problems)
    if (mark?.skip) return []
    const isWritten = derivesSerialize(item) && !isRemote(item)
    const isEvent = mark !== undefined || (item.isPublic && isWritten && !used.has(item))
    return isEvent ? eventsOfItem(item, mark, context) : []
  })
}

function eventsOfItem(item: Item, mark: Mark | undefined, context: RustContext): RustEvent[] {
  const { problems, options } = context
  if (item.generics !== undefined) {
    problems.error(
      item.place,
      `${item.name}${item.generics} is generic, and cannot be an event: write a struct for each use`,
    )
    return []
  }
  if (item.kind === 'alias' || !derivesSerialize(item)) {
    problems.error(item.place, `${item.name} is marked as an event, and is no struct or enum that derives Serialize`)
    return []
  }
  const serde = readSerde(item, 'container', problems)
  if (item.kind === 'enum' && serde.tag !== undefined && mark?.event === undefined)
    return eventsOfEnum(item, mark, context)
  context.define(item)
  const name = mark?.event ?? serde.rename ?? shaped(item.name, options)
  return [{ name, place: item.place, spec: specOf(refTo(item.name), item, mark) }]
}

/** Each variant of an enum with a tag is an event. */
function eventsOfEnum(
  item: Extract<Item, { kind: 'enum' }>,
  outer: Mark | undefined,
  context: RustContext,
): RustEvent[] {
  return variantsOf(item, readSerde(item, 'container', context.problems), context).flatMap((written) => {
    const { variant, schema } = written
    const mark = readMark(variant, context.problems)
    if (mark?.skip) return []
    const type = typeName(`${item.name}${variant.name}`, context)
    const topic = mark?.topic ?? outer?.topic
    const both = { terminal: mark?.terminal ?? false, skip: false, ...(topic !== undefined && { topic }) }
    return {
      name: mark?.event ?? (written.isRenamed ? written.name : shaped(written.name, context.options)),
      place: variant.place,
      spec: specOf(refTo(type), variant, both),
      definition: { name: type, schema },
    }
  })
}

/** The type of a variant. A struct of this name is what it has inside, most likely. */
const typeName = (name: string, { items }: RustContext): string => (items.has(name) ? `${name}Event` : name)

function specOf(schema: Schema, notes: Notes, mark: Mark | undefined): EventSpec {
  return {
    schema,
    ...(mark?.topic !== undefined && { topic: mark.topic }),
    ...(mark?.terminal && { terminal: true }),
    ...(isDeprecated(notes) && { deprecated: true }),
    ...(notes.docs && { description: notes.docs }),
  }
}

const SEPARATORS = { snake: '_', dot: '.', kebab: '-' } as const

/** A name of Rust in the case that is wanted. */
const shaped = (name: string, { nameCase }: RustOptions): string =>
  nameCase === 'keep' ? name : wordsOf(name).join(SEPARATORS[nameCase]).toLowerCase()

/** The items that are part of others that are written. */
function usedItems(items: readonly Item[], context: RustContext): Set<Item> {
  const used = new Set<Item>()
  for (const item of items.filter((each) => each.kind === 'alias' || derivesSerialize(each))) {
    for (const path of pathsIn(item, context)) {
      const found = resolve(path, item.scope, context)
      if (found.kind === 'item' && found.item !== item) used.add(found.item)
    }
  }
  return used
}

/** The paths of the types that an item refers to. */
function pathsIn(item: Item, { problems }: RustContext): Path[] {
  if (item.kind === 'alias') return pathsOf(item.type)
  const { into } = readSerde(item, 'container', problems)
  const bodies: readonly Body[] = item.kind === 'struct' ? [item.body] : item.variants.map(({ body }) => body)
  const types = bodies.flatMap(({ fields }) => fields.map(({ type }) => type))
  return [...types.flatMap(pathsOf), ...(into === undefined ? [] : [pathOf(into)])]
}

function pathsOf(type: RustType): Path[] {
  if (type.kind === 'path') return [type.path, ...type.args.flatMap(pathsOf)]
  if (type.kind === 'tuple') return type.items.flatMap(pathsOf)
  return type.kind === 'array' ? pathsOf(type.item) : []
}
