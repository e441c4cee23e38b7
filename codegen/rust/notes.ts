import type { Place } from '../base/problems.ts'
import { type Node, placeOf } from './grammar.ts'
import type { Meta, Notes } from './item.ts'

/*
 * Attributes and comments.
 */

/** Gathers what stands before an item. */
export interface NoteReader {
  /** Takes a comment or an attribute. False: the node is something else. */
  take(node: Node): boolean
  /** The notes so far, and a fresh start for the next item. */
  finish(): Notes
}

export function createNoteReader(file: string): NoteReader {
  const attributes: Meta[] = []
  const docs: string[] = []
  const marks: { readonly text: string; readonly place: Place }[] = []

  return {
    take(node) {
      if (node.type === 'attribute_item') {
        const [attribute] = node.namedChildren
        for (const meta of attribute ? metasOf(file, attribute) : []) {
          if (meta.name === 'doc' && meta.value !== undefined) docs.push(meta.value)
          attributes.push(meta)
        }
        return true
      }
      if (!node.type.endsWith('_comment')) return false
      const doc = node.childForFieldName('doc')
      if (doc && node.childForFieldName('outer')) docs.push(plainDoc(doc.text))
      const [, mark] = doc ? [] : (/^\/[/*]\s*@sse\b\s*([^\n]*?)\s*(?:\*\/)?$/.exec(node.text) ?? [])
      if (mark !== undefined) marks.push({ text: mark, place: placeOf(file, node) })
      return true
    },
    finish() {
      const notes: Notes = {
        attributes: [...attributes],
        docs: docs.join('\n').trim(),
        mark: marks.at(-1),
      }
      attributes.length = 0
      docs.length = 0
      marks.length = 0
      return notes
    },
  }
}

/** Without the space after `///`, the line end, and the stars of a block. */
const plainDoc = (text: string): string =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, n) => (n ? line.replace(/^\s*\* ?/, '') : line.replace(/^ /, '')))
    .join('\n')

/** The metas of an attribute. Those that `cfg_attr` adds are taken as if its condition held. */
function metasOf(file: string, attribute: Node): Meta[] {
  const [path] = attribute.namedChildren
  const tokens = attribute.childForFieldName('arguments')
  const value = attribute.childForFieldName('value')
  if (!path) return []
  const text = value ? textOf(value) : undefined
  const items = tokens ? itemsOf(file, tokens) : []
  if (path.text === 'cfg_attr') return items.slice(1)
  return [{ name: path.text, items, place: placeOf(file, path), ...(text !== undefined && { value: text }) }]
}

/** The entries between the brackets of a token tree. */
function itemsOf(file: string, tree: Node): Meta[] {
  const entries: Node[][] = [[]]
  for (const token of tree.children.slice(1, -1)) {
    if (token.type === ',') entries.push([])
    else if (!token.type.endsWith('_comment')) entries.at(-1)?.push(token)
  }
  return entries.flatMap((tokens) => {
    const [first] = tokens
    if (!first) return []
    const equals = tokens.findIndex(({ type }) => type === '=')
    const nested = tokens.find(({ type }) => type === 'token_tree')
    const name = tokens.slice(0, equals < 0 ? undefined : equals).filter(({ type }) => type !== 'token_tree')
    const value =
      equals < 0
        ? undefined
        : tokens
            .slice(equals + 1)
            .map(textOf)
            .join('')
    return {
      name: name.map(({ text }) => text).join(''),
      items: nested && equals < 0 ? itemsOf(file, nested) : [],
      place: placeOf(file, first),
      ...(value !== undefined && { value }),
    }
  })
}

/** A text without its quotes; anything else as it stands. */
function textOf(node: Node): string {
  if (node.type === 'raw_string_literal') return node.namedChildren[0]?.text ?? ''
  if (node.type !== 'string_literal') return node.text
  return node.namedChildren.map((part) => (part.type === 'escape_sequence' ? escaped(part.text) : part.text)).join('')
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' }

function escaped(sequence: string): string {
  const [, unicode] = /^\\u\{([\da-fA-F_]+)\}$/.exec(sequence) ?? []
  if (unicode !== undefined) return String.fromCodePoint(Number.parseInt(unicode.replaceAll('_', ''), 16))
  const [, byte] = /^\\x([\da-fA-F]{2})$/.exec(sequence) ?? []
  if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16))
  const letter = sequence.slice(1)
  // A backslash at the end of a line takes the white space that follows along.
  return /^\s/.test(letter) ? '' : (ESCAPES[letter] ?? letter)
}
