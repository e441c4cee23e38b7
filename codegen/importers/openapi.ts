import type { Node } from '../json/files.ts'
import { isObject } from '../json/values.ts'
import type { ImportContext } from './context.ts'
import { readEvent } from './event-map.ts'
import { childOf, childrenOf } from './follow.ts'
import { importItem } from './item-schema.ts'

/*
 * OpenAPI: what is sent as text/event-stream. 3.2 describes its events by `itemSchema`. 3.1 has nothing for them, so
 * `x-sse-events` has what an event map has.
 */

export const isOpenApi = (value: object): boolean => 'openapi' in value

const STREAM = 'text/event-stream'

export function importOpenApi(root: Node, context: ImportContext): void {
  const { problems, files } = context
  const version = isObject(root.value) ? String(root.value['openapi']) : ''
  if (!/^3\.[12]\b/.test(version)) {
    problems.error(files.place(root, 'openapi'), `OpenAPI ${version} is not supported: 3.2, or 3.1 with x-sse-events`)
    return
  }
  const own = importNamed(root, context)
  const streams = mediaTypesOf(root, context)
  const found = streams.map((stream) => importStream(stream, context))
  if (!own && !found.some(Boolean))
    problems.error(files.place(root), `no response has ${STREAM} with itemSchema (OpenAPI 3.2) or x-sse-events`)
}

/** Every text/event-stream that an operation answers with. */
function mediaTypesOf(root: Node, context: ImportContext): Node[] {
  const inside = (node: Node, name: string): [string, Node][] => childrenOf(childOf(node, name, context), context)
  const items = [...inside(root, 'paths'), ...inside(root, 'webhooks')].map(([, item]) => item)
  // Methods that OpenAPI has no field for stand one level deeper.
  const operations = items
    .flatMap((item) => [...childrenOf(item, context), ...inside(item, 'additionalOperations')])
    .map(([, operation]) => operation)
  const responses = operations.flatMap((operation) => inside(operation, 'responses')).map(([, response]) => response)
  return responses.flatMap((response) =>
    inside(response, 'content').flatMap(([type, media]) =>
      type.split(';')[0]?.trim().toLowerCase() === STREAM ? [media] : [],
    ),
  )
}

function importStream(media: Node, context: ImportContext): boolean {
  const named = importNamed(media, context)
  const item = childOf(media, 'itemSchema', context)
  if (item) importItem(item, context)
  return named || item !== undefined
}

/** The events in `x-sse-events`. */
function importNamed(node: Node, context: ImportContext): boolean {
  const events = childrenOf(childOf(node, 'x-sse-events', context), context)
  for (const [name, event] of events)
    context.collector.event(name, readEvent(event, context), context.files.place(event))
  return events.length > 0
}
