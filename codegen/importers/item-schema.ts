import type { Node } from '../json/files.ts'
import { child, readSchema } from '../json/schemas.ts'
import { isObject, isText, type JsonObject } from '../json/values.ts'
import type { Schema } from '../pivot/document.ts'
import type { ImportContext } from './context.ts'
import { childOf, childrenOf, follow } from './follow.ts'

/*
 * The schema of an item of an event stream: an object with `event`, `data`, `id` and `retry`, as OpenAPI 3.2 has it. Several events
 * are members of oneOf, with another constant for `event` in each.
 */

/** The parts of an item that say something about an event. */
interface Item {
  readonly node: Node
  readonly event?: Node
  readonly data?: Node
  readonly about: JsonObject
  /** The schemas that led to it. */
  readonly way: readonly unknown[]
}

export function importItem(node: Node, context: ImportContext): void {
  for (const item of itemsOf({ node, about: {}, way: [] }, context)) importOne(item, context)
}

/** The forms of an item: what stands beside oneOf holds for each of its members. */
function itemsOf(item: Item, context: ImportContext): Item[] {
  const { node } = item
  if (!isObject(node.value)) return [item]
  if (item.way.includes(node.value)) {
    context.problems.error(context.files.place(node), 'the schema of an item is a form of itself: name each event once')
    return []
  }
  const properties = childOf(node, 'properties', context)
  const event = childOf(properties, 'event', context)
  // Not followed: the reference is the name of the payload's type.
  const data =
    properties && isObject(properties.value) && 'data' in properties.value ? child(properties, 'data') : undefined
  const way = [...item.way, node.value]
  const own: Item = {
    ...item,
    way,
    about: { ...item.about, ...node.value },
    ...(event && { event }),
    ...(data && { data }),
  }
  const all = childrenOf(childOf(node, 'allOf', context), context).reduce<Item[]>(
    (items, [, part]) => items.flatMap((each) => itemsOf({ ...each, node: part }, context)),
    [own],
  )
  const choices = ['oneOf', 'anyOf'].flatMap((name) => childrenOf(childOf(node, name, context), context))
  if (!choices.length) return all
  return all.flatMap((each) => choices.flatMap(([, choice]) => itemsOf({ ...each, node: choice }, context)))
}

function importOne({ node, event, data, about }: Item, context: ImportContext): void {
  const { collector, files, problems } = context
  const schema = data ? payloadOf(data, context) : undefined
  if (schema === undefined) {
    problems.error(files.place(node), 'an item of the stream has no property data')
    return
  }
  const { description, deprecated } = about
  for (const name of namesOf(event, node, context)) {
    const spec = {
      schema,
      ...(isText(description) && { description }),
      ...(deprecated === true && { deprecated: true }),
      ...(isText(about['x-topic']) && { topic: about['x-topic'] }),
      ...(about['x-terminal'] === true && { terminal: true }),
    }
    collector.event(name, spec, files.place(node))
  }
}

/** JSON in a text is described by `contentSchema`. */
function payloadOf(data: Node, context: ImportContext): Schema {
  const inner = follow(data, context)
  const hasContent = inner && isObject(inner.value) && 'contentSchema' in inner.value
  return readSchema(hasContent ? child(inner, 'contentSchema') : data, context)
}

function namesOf(event: Node | undefined, node: Node, { files, problems }: ImportContext): readonly string[] {
  if (!event) return ['message']
  const { value } = event
  const names = isObject(value) ? ('const' in value ? [value['const']] : value['enum']) : undefined
  if (Array.isArray(names) && names.length && names.every(isText)) return names
  problems.warn(files.place(node), 'the event has no fixed name (const or enum), and is taken for message')
  return ['message']
}
