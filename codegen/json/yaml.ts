import type { Document } from 'yaml'
import { createLines, type Position } from '../base/lines.ts'
import { loadPeer } from '../base/peers.ts'
import { GenerateError, type Place } from '../base/problems.ts'
import { type Index, type Pointer, pointerKey } from './locate.ts'

type Yaml = typeof import('yaml')

/** A document with the places of its values. */
export interface YamlFile {
  readonly value: unknown
  index(): Index
}

/** Reads a file of YAML. @throws GenerateError with the place of the first mistake, or if the parser is not installed. */
export async function readYaml(file: string, text: string): Promise<YamlFile> {
  const yaml = await loadPeer<Yaml>('yaml', 'YAML', 'visit')
  const lineAt = createLines(text)
  const placeAt = (offset: number): Place => ({ file, ...lineAt(offset) })
  const document = yaml.parseDocument(text, { prettyErrors: false, logLevel: 'error' })
  const [error] = document.errors
  if (error) throw new GenerateError(`is not YAML: ${sayMistake(error)}`, placeAt(error.pos[0]))
  const circle = firstCircle(yaml, document)
  if (circle !== undefined) throw new GenerateError('an alias leads back to what it stands in', placeAt(circle))
  try {
    return { value: document.toJS(), index: () => indexYaml(yaml, document, lineAt) }
  } catch (thrown) {
    throw new GenerateError(`its aliases cannot be resolved: ${(thrown as Error).message}`, { file })
  }
}

const sayMistake = ({ code, message }: { readonly code: string; readonly message: string }): string =>
  code === 'MULTIPLE_DOCS' ? 'there are several documents in it: put each into a file of its own' : message

/** The offset of an alias for something that it is part of. */
function firstCircle(yaml: Yaml, document: Document): number | undefined {
  const found: number[] = []
  yaml.visit(document, {
    Alias(_, alias, way) {
      const target = alias.resolve(document)
      if (target && way.includes(target)) found.push(alias.range?.[0] ?? 0)
    },
  })
  return found[0]
}

/** Where each value begins; of a property, where its name begins. */
function indexYaml(yaml: Yaml, document: Document, lineAt: (offset: number) => Position): Index {
  const index = new Map<string, Position>()
  const add = (node: unknown, pointer: Pointer): void => {
    const key = pointerKey(pointer)
    if (yaml.isNode(node) && node.range && !index.has(key)) index.set(key, lineAt(node.range[0]))
  }
  const walk = (node: unknown, pointer: Pointer): void => {
    const value = yaml.isAlias(node) ? node.resolve(document) : node
    add(node, pointer)
    if (yaml.isSeq(value)) for (const [n, item] of value.items.entries()) walk(item, [...pointer, `${n}`])
    if (!yaml.isMap(value)) return
    for (const pair of value.items) {
      const inner = [...pointer, String(yaml.isScalar(pair.key) ? pair.key.value : pair.key)]
      add(pair.key, inner)
      walk(pair.value, inner)
    }
  }
  walk(document.contents, [])
  return index
}
