import { nameOfFile } from '../json/definitions.ts'
import type { Node } from '../json/files.ts'
import { DROPPED, KEPT, REFUSED } from '../json/keywords.ts'
import { readSchema } from '../json/schemas.ts'
import { isObject, type JsonObject } from '../json/values.ts'
import { refTo } from '../pivot/document.ts'
import type { ImportContext } from './context.ts'

/** A file of JSON Schema is the payload of one event. The event is called as the file is: `order.created.schema.json`. */
export function importJsonSchema(root: Node, context: ImportContext): void {
  const { files, collector, definitions, problems } = context
  const said = isObject(root.value) ? root.value : {}
  if (isOther(said)) {
    problems.error(files.place(root), 'is no event map, JSON Schema, OpenAPI or AsyncAPI: it has no keyword of them')
    return
  }
  const name = definitions.nameOf(root, (node) => readSchema(node, context))
  collector.event(
    nameOfFile(root.file),
    {
      schema: refTo(name),
      ...(typeof said['description'] === 'string' && { description: said['description'] }),
      ...(said['deprecated'] === true && { deprecated: true }),
      ...(typeof said['x-topic'] === 'string' && { topic: said['x-topic'] }),
      ...(said['x-terminal'] === true && { terminal: true }),
    },
    files.place(root),
  )
}

/** Whether it is another kind of file, such as `package.json`: it has properties, and none of them says what is valid. */
const isOther = (value: JsonObject): boolean => {
  const names = Object.keys(value)
  const isUnknown = (name: string): boolean => !(DROPPED.has(name) || name.startsWith('x-'))
  return names.some(isUnknown) && !names.some((name) => KEPT.has(name) || REFUSED.has(name) || name === '$ref')
}
