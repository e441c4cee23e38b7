import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { pascalCase } from '../base/names.ts'
import { formatPlace, type Problems } from '../base/problems.ts'
import type { Schema } from '../pivot/document.ts'
import type { Files, Node } from './files.ts'

/** The definitions that `$ref`s lead to, each under a name of its own. */
export interface Definitions {
  /** The name of a definition. It is read when it is asked for the first time, and may refer to itself. */
  nameOf(node: Node, read: (node: Node) => Schema): string
  /** All that were read. */
  readonly found: ReadonlyMap<string, { readonly schema: Schema; readonly node: Node }>
}

/** The name of a file without its endings: `order.created` of `order.created.schema.json`. */
export const nameOfFile = (file: string): string => basename(file).replace(/(\.schema)?\.(json|ya?ml)$/i, '')

/** @param folder - The folder that places are shown from. */
export function createDefinitions(files: Files, problems: Problems, folder: string): Definitions {
  const names = new Map<string, string>()
  const found = new Map<string, { schema: Schema; readonly node: Node }>()

  return {
    found,
    nameOf(node, read) {
      const key = JSON.stringify([node.file, node.pointer])
      const known = names.get(key)
      if (known !== undefined) return known
      const name = pascalCase(node.pointer.at(-1) ?? nameOfFile(node.file))
      names.set(key, name)
      const first = found.get(name)
      if (!first) {
        // It has its place before it is read, since it may refer to itself.
        const definition = { schema: true as Schema, node }
        found.set(name, definition)
        definition.schema = read(node)
        return name
      }
      // Two files may each have a copy of it. Definitions that the copy refers to are compared as well, by reading them.
      read(node)
      if (!isDeepStrictEqual(first.node.value, node.value))
        problems.error(
          files.place(node),
          `the name ${name} is taken by another definition (${formatPlace(files.place(first.node), folder)}): rename one`,
        )
      return name
    },
  }
}
