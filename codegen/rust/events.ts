import { wordsOf } from '../base/names.ts'
import type { Place } from '../base/problems.ts'
import type { EventSpec, Schema } from '../pivot/document.ts'
import { refTo } from '../pivot/document.ts'
import { findItem, type RustContext, type RustOptions } from './context.ts'
import type { Body, Item, Notes, RustType } from './item.ts'
import { derivesSerialize, isDeprecated, readSerde } from './serde.ts'
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

/** What a mark says: `// @sse order.created topic=orders terminal`, `#[sse(event = "order.created", topic = "orders", terminal)]`. */
interface Mark {
  readonly event?: string
  readonly topic?: string
  readonly terminal: boolean
  readonly skip: boolean
}

/** The events in the items of event files. */
export function eventsOf(items: readonly Item[], context: RustContext): RustEvent[] {
  const used = usedItems(items, context)
  return items.flatMap((item) => {
    const mark = markOf(item, context)
    if (mark?.skip || item.kind === 'alias') return []
    const isEvent = mark !== undefined || (item.isPublic && derivesSerialize(item) && !used.has(item))
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
  if (!derivesSerialize(item)) {
    problems.error(item.place, `${item.name} is marked as an event, and does not derive Serialize`)
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
    const mark = markOf(variant, context)
    if (mark?.skip) return []
    const type = `${item.name}${variant.name}`
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

type Marked = Notes & { readonly place: Place }

function markOf({ attributes, mark, place }: Marked, { problems }: RustContext): Mark | undefined {
  const attribute = attributes.find(({ name }) => name === 'sse')
  if (mark === undefined && !attribute) return undefined
  const words = (mark?.text ?? '').split(/\s+/).filter(Boolean)
  const given = new Map<string, string>([
    ...words.map(wordOf),
    ...(attribute?.items ?? []).map((item): [string, string] => [item.name, item.value ?? '']),
  ])
  const strange = [...given.keys()].find((name) => !/^(event|topic|terminal|skip)$/.test(name))
  if (strange !== undefined)
    problems.error(attribute?.place ?? place, `sse has no ${strange}: it has event, topic, terminal and skip`)
  const event = given.get('event')
  const topic = given.get('topic')
  return {
    ...(event !== undefined && { event }),
    ...(topic !== undefined && { topic }),
    terminal: given.has('terminal'),
    skip: given.has('skip'),
  }
}

/** `topic=orders`, `terminal`, `skip`, or the name of the event. */
function wordOf(word: string): [string, string] {
  const [, topic] = /^topic=(.*)$/.exec(word) ?? []
  if (topic !== undefined) return ['topic', topic]
  return word === 'skip' || word === 'terminal' ? [word, ''] : ['event', word]
}

/** The items that others refer to. */
function usedItems(items: readonly Item[], context: RustContext): Set<Item> {
  const used = new Set<Item>()
  for (const item of items) {
    for (const type of typesIn(item)) {
      for (const name of namesIn(type)) {
        const found = findItem(name, item.file, context)
        if (found && found !== 'several' && found !== item) used.add(found)
      }
    }
  }
  return used
}

function typesIn(item: Item): RustType[] {
  if (item.kind === 'alias') return [item.type]
  const bodies: readonly Body[] = item.kind === 'struct' ? [item.body] : item.variants.map(({ body }) => body)
  return bodies.flatMap(({ fields }) => fields.map(({ type }) => type))
}

function namesIn(type: RustType): string[] {
  if (type.kind === 'path') return [type.last, ...type.args.flatMap(namesIn)]
  if (type.kind === 'tuple') return type.items.flatMap(namesIn)
  return type.kind === 'array' ? namesIn(type.item) : []
}
