import type { Node } from '../json/files.ts'
import { child, readSchema } from '../json/schemas.ts'
import { isObject, isText } from '../json/values.ts'
import type { Schema } from '../pivot/document.ts'
import type { ImportContext } from './context.ts'
import { childOf, childrenOf, follow } from './follow.ts'

/*
 * AsyncAPI 3: the messages that the server sends. If there are operations, those whose action is `send`; otherwise all messages of
 * all channels.
 */

export const isAsyncApi = (value: object): boolean => 'asyncapi' in value

export function importAsyncApi(root: Node, context: ImportContext): void {
  const { problems, files } = context
  const version = isObject(root.value) ? String(root.value['asyncapi']) : ''
  if (!/^3\./.test(version)) {
    problems.error(files.place(root, 'asyncapi'), `AsyncAPI ${version} is not supported: convert the document to 3`)
    return
  }
  const messages = messagesOf(root, context)
  if (!messages.size) problems.error(files.place(root), 'no operation sends a message, and no channel has one')
  for (const [key, message] of messages.values()) importMessage(key, message, context)
}

type Messages = Map<string, readonly [key: string, message: Node]>

/** The messages that are sent, each once. */
function messagesOf(root: Node, context: ImportContext): Messages {
  const found: Messages = new Map()
  const add = (node: Node): void => {
    const message = follow(node, context)
    if (message) found.set(JSON.stringify([node.file, node.pointer]), [node.pointer.at(-1) ?? '', message])
  }
  const addAll = (channel: Node | undefined): void => {
    const messages = childOf(channel, 'messages', context)
    for (const name of Object.keys(Object(messages?.value))) if (messages) add(child(messages, name))
  }
  const operations = childrenOf(childOf(root, 'operations', context), context)
  for (const [, operation] of operations) {
    if (!isObject(operation.value) || operation.value['action'] !== 'send') continue
    const { messages } = operation.value
    // A message is listed by where it stands in its channel: that is its name, too.
    if (Array.isArray(messages)) for (const each of messages) addListed(each, operation, context, add)
    else addAll(childOf(operation, 'channel', context))
  }
  if (!operations.length)
    for (const [, channel] of childrenOf(childOf(root, 'channels', context), context)) addAll(channel)
  return found
}

function addListed(listed: unknown, operation: Node, context: ImportContext, add: (node: Node) => void): void {
  const ref = isObject(listed) ? listed['$ref'] : undefined
  const node = isText(ref) ? context.files.follow(ref, operation) : undefined
  if (node) add(node)
  else context.problems.error(context.files.place(operation, 'messages'), `$ref leads nowhere: ${JSON.stringify(ref)}`)
}

function importMessage(key: string, message: Node, context: ImportContext): void {
  const about = isObject(message.value) ? message.value : {}
  const description = about['description'] ?? about['summary']
  context.collector.event(
    isText(about['name']) ? about['name'] : key,
    {
      schema: payloadOf(message, context),
      ...(isText(description) && { description }),
      ...((about['deprecated'] === true || about['x-deprecated'] === true) && { deprecated: true }),
      ...(isText(about['x-topic']) && { topic: about['x-topic'] }),
      ...(about['x-terminal'] === true && { terminal: true }),
    },
    context.files.place(message),
  )
}

/** A message without a payload carries null. */
function payloadOf(message: Node, context: ImportContext): Schema {
  if (!isObject(message.value) || !('payload' in message.value)) return { type: 'null' }
  const payload = child(message, 'payload')
  const value = follow(payload, context)?.value
  if (!isObject(value) || !('schemaFormat' in value)) return readSchema(payload, context)
  const format = String(value['schemaFormat'])
  if (/^application\/(vnd\.aai\.asyncapi|schema\+json|schema\+yaml)/.test(format))
    return readSchema(child(payload, 'schema'), context)
  context.problems.error(context.files.place(payload, 'schemaFormat'), `${format} is not supported: use JSON Schema`)
  return true
}
