import { nameOfFile } from '../json/definitions.ts'
import type { Node } from '../json/files.ts'
import { readSchema } from '../json/schemas.ts'
import { isObject } from '../json/values.ts'
import { refTo } from '../pivot/document.ts'
import type { ImportContext } from './context.ts'

/** A file of JSON Schema is the payload of one event. The event is called as the file is: `order.created.schema.json`. */
export function importJsonSchema(root: Node, context: ImportContext): void {
  const { files, collector, definitions } = context
  const { value } = root
  const name = definitions.nameOf(root, (node) => readSchema(node, context))
  const said = isObject(value) ? value : {}
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
