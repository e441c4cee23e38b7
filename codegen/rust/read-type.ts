import { type Node, placeOf } from './grammar.ts'
import type { RustType } from './item.ts'

/** A type as it stands in the source. */
export function readType(file: string, node: Node): RustType {
  const where = { text: node.text.replace(/\s+/g, ' '), place: placeOf(file, node) }
  const inner = (child: Node | null): RustType => (child ? readType(file, child) : { kind: 'other', ...where })
  switch (node.type) {
    case 'type_identifier':
    case 'primitive_type':
    case 'identifier':
      return { kind: 'path', last: node.text, args: [], ...where }
    case 'scoped_type_identifier': {
      const path = node.childForFieldName('path')
      // `<T as Trait>::Type` is known to the compiler alone.
      if (path?.type === 'bracketed_type') return { kind: 'other', ...where }
      return { kind: 'path', last: node.childForFieldName('name')?.text ?? node.text, args: [], ...where }
    }
    case 'generic_type': {
      const base = inner(node.childForFieldName('type'))
      const args = typesIn(node.childForFieldName('type_arguments'))
      return base.kind === 'path' ? { ...base, ...where, args: args.map(inner) } : base
    }
    case 'reference_type':
      return inner(node.childForFieldName('type'))
    case 'unit_type':
      return { kind: 'tuple', items: [], ...where }
    case 'tuple_type': {
      const items = typesIn(node).map(inner)
      const [only] = items
      // `(T)` is T, `(T,)` is a tuple.
      return only && items.length === 1 && !/,\s*\)$/.test(node.text) ? only : { kind: 'tuple', items, ...where }
    }
    case 'array_type': {
      const length = node.childForFieldName('length')?.text.replaceAll('_', '') ?? ''
      const count = /^\d+(usize)?$/.test(length) ? Number.parseInt(length, 10) : undefined
      return { kind: 'array', item: inner(node.childForFieldName('element')), length: count, ...where }
    }
    default:
      return { kind: 'other', ...where }
  }
}

/** The types in brackets, without lifetimes and comments. */
const typesIn = (node: Node | null): Node[] =>
  (node?.namedChildren ?? []).filter(({ type }) => type !== 'lifetime' && !type.endsWith('_comment'))
