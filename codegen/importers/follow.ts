import type { Node } from '../json/files.ts'
import { child } from '../json/schemas.ts'
import { isObject, isText } from '../json/values.ts'
import type { ImportContext } from './context.ts'

/** The node itself, or the one that it leads to by `$ref`. A `$ref` that leads nowhere is reported, and undefined. */
export function follow(node: Node, context: ImportContext): Node | undefined {
  const seen = new Set<unknown>()
  let at = node
  while (isObject(at.value) && '$ref' in at.value && !seen.has(at.value)) {
    seen.add(at.value)
    const { $ref } = at.value
    const next = isText($ref) ? context.files.follow($ref, at) : undefined
    if (!next) {
      context.problems.error(context.files.place(at, '$ref'), `$ref leads nowhere: ${JSON.stringify($ref)}`)
      return undefined
    }
    at = next
  }
  return at
}

/** The values in an object or a list, each with its `$ref` followed. */
export function childrenOf(node: Node | undefined, context: ImportContext): [name: string, node: Node][] {
  if (!node || typeof node.value !== 'object' || node.value === null) return []
  return Object.keys(node.value).flatMap((name) => {
    const found = follow(child(node, name), context)
    return found ? [[name, found] as [string, Node]] : []
  })
}

/** One value in an object, with its `$ref` followed. Undefined: it is not there. */
export function childOf(node: Node | undefined, name: string, context: ImportContext): Node | undefined {
  if (!node || !isObject(node.value) || !Object.hasOwn(node.value, name)) return undefined
  return follow(child(node, name), context)
}
