import type { Node } from '../json/files.ts'
import { child, readSchema } from '../json/schemas.ts'
import { isObject, misfit } from '../json/values.ts'
import type { EventSpec } from '../pivot/document.ts'
import { type ImportContext, objectAt } from './context.ts'

/*
 * An event map: `{ version: 1, events: { name: { schema, topic, terminal, deprecated, description } }, $defs }`.
 */

const FIELDS = { topic: 'text', terminal: 'flag', deprecated: 'flag', description: 'text' } as const

/** Whether a document is an event map. */
export const isEventMap = (value: object): boolean => 'events' in value && 'version' in value

export function importEventMap(root: Node, context: ImportContext): void {
  const { problems, files } = context
  const { version, $defs = {} } = objectAt(root, 'an event map', context)
  if (version !== 1) problems.error(files.place(root, 'version'), `version: expected 1, got ${JSON.stringify(version)}`)
  const events = child(root, 'events')
  for (const name of Object.keys(objectAt(events, 'events', context))) {
    const node = child(events, name)
    context.collector.event(name, readEvent(node, context), files.place(node))
  }
  // Those that no event refers to stay too: the file is a document in its own right.
  for (const name of Object.keys(Object($defs))) {
    context.definitions.nameOf(child(root, '$defs', name), (node) => readSchema(node, context))
  }
}

/** The entry of an event map for one event. */
export function readEvent(node: Node, context: ImportContext): EventSpec {
  const { problems, files } = context
  const given = objectAt(node, 'an event', context)
  if (!isObject(node.value)) return { schema: true }
  for (const name of Object.keys(given)) {
    if (name !== 'schema' && !Object.hasOwn(FIELDS, name))
      problems.error(
        files.place(node, name),
        `an event has no ${name}: it has schema, ${Object.keys(FIELDS).join(', ')}`,
      )
  }
  const fields = Object.entries(FIELDS).flatMap(([name, form]) => {
    const value = given[name]
    const expected = value === undefined ? undefined : misfit(name, form, value)
    if (expected) problems.error(files.place(node, name), `${name}: expected ${expected}`)
    return value === undefined || expected ? [] : [[name, value] as const]
  })
  if (!('schema' in given)) problems.error(files.place(node), 'an event needs a schema, which describes its payload')
  const schema = 'schema' in given && readSchema(child(node, 'schema'), context)
  return { schema, ...Object.fromEntries(fields) }
}
