import type { Language, Node, Parser } from 'web-tree-sitter'
import { loadPeer, resolvePeer } from '../base/peers.ts'
import { GenerateError, type Place } from '../base/problems.ts'

/*
 * tree-sitter's grammar of Rust.
 */

/** Parses one file. @throws GenerateError where the text is not Rust. */
export type Parse = (file: string, text: string) => Node

export type { Node }

interface TreeSitter {
  readonly Parser: typeof Parser
  readonly Language: typeof Language
}

let loaded: Promise<Parse> | undefined

/** Loads the parser, once. @throws GenerateError if a package is missing. */
export function loadGrammar(): Promise<Parse> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Parse> {
  const { Parser, Language } = await loadPeer<TreeSitter>('web-tree-sitter', 'Rust', 'Parser')
  await Parser.init()
  const parser = new Parser()
  parser.setLanguage(await Language.load(resolvePeer('tree-sitter-rust/tree-sitter-rust.wasm', 'Rust')))
  return (file, text) => {
    const root = parser.parse(text)?.rootNode
    if (!root) throw new GenerateError('is not Rust', { file })
    const wrong = root.hasError ? firstError(root) : undefined
    if (wrong) throw new GenerateError(`is not Rust: ${sayWrong(wrong)}`, placeOf(file, wrong))
    return root
  }
}

/** Where a node begins. */
export const placeOf = (file: string, { startPosition: { row, column } }: Node): Place => ({
  file,
  line: row + 1,
  column: column + 1,
})

/** The first mistake that is not inside a function: what a function does is nobody's business here. */
function firstError(node: Node): Node | undefined {
  if (node.isError || node.isMissing) return node
  if (!node.hasError || node.type === 'block') return undefined
  for (const child of node.children) {
    const found = firstError(child)
    if (found) return found
  }
  return undefined
}

const sayWrong = (node: Node): string =>
  node.isMissing
    ? `${node.type.replaceAll('_', ' ')} is missing`
    : `unexpected ${JSON.stringify(node.text.slice(0, 40).split('\n')[0])}`
