import type { Node } from './grammar.ts'

/* The meaning of names in a module. */

/** The names of a path: `serde_json`, `Value`. */
export type Path = readonly string[]

export interface Scope {
  readonly file: string
  /** The path of the module, with the folders that the file is in: `app`, `models`, `order`. */
  readonly module: Path
  /** The names that `use` brings in, and the paths that they stand for. */
  readonly imports: ReadonlyMap<string, Path>
  /** The modules of `use …::*`. */
  readonly globs: readonly Path[]
}

/** `type` of `r#type`. */
export const plainName = (name: string): string => name.replace(/^r#/, '')

export const pathOf = (text: string): Path => text.replace(/\s+/g, '').replace(/^::/, '').split('::').map(plainName)

/** The module that a file is, by its path. `src` and the names of root files are not part of it. */
export function moduleOf(file: string): Path {
  const parts = file.replace(/\.rs$/, '').split(/[\\/]/)
  const isRoot = /^(mod|lib|main)$/.test(parts.at(-1) ?? '')
  return (isRoot ? parts.slice(0, -1) : parts).filter((part) => part !== '' && part !== 'src')
}

/** The scope of a file, or of a module in a body. */
export function readScope(file: string, module: Path, body: Node): Scope {
  const imports = new Map<string, Path>()
  const globs: Path[] = []
  for (const node of body.namedChildren) {
    const used = node.type === 'use_declaration' ? node.childForFieldName('argument') : null
    for (const { path, name } of used ? usesIn(used, []) : []) {
      if (name === '*') globs.push(path)
      else imports.set(name, path)
    }
  }
  return { file, module, imports, globs }
}

/** The names that a `use` brings in: `*` for all of a module. */
function usesIn(node: Node, prefix: Path): { readonly path: Path; readonly name: string }[] {
  const path = (of: Node | null | undefined): Path => [...prefix, ...(of ? pathOf(of.text) : [])]
  switch (node.type) {
    case 'use_list':
      return node.namedChildren.flatMap((child) => usesIn(child, prefix))
    case 'scoped_use_list': {
      const list = node.childForFieldName('list')
      return list ? usesIn(list, path(node.childForFieldName('path'))) : []
    }
    case 'use_wildcard':
      return [{ path: path(node.namedChildren[0]), name: '*' }]
    case 'use_as_clause':
      return [
        {
          path: withoutSelf(path(node.childForFieldName('path'))),
          name: plainName(node.childForFieldName('alias')?.text ?? '_'),
        },
      ]
    case 'line_comment':
    case 'block_comment':
      return []
    default: {
      const whole = withoutSelf(path(node))
      return [{ path: whole, name: whole.at(-1) ?? '' }]
    }
  }
}

/** `a::{self}` is `a`. */
const withoutSelf = (path: Path): Path => (path.length > 1 && path.at(-1) === 'self' ? path.slice(0, -1) : path)
