import type { Place } from '../base/problems.ts'
import { type Node, placeOf } from './grammar.ts'
import type { RustType } from './item.ts'
import { pathOf } from './scope.ts'

/** Where a type stands. */
export interface Around {
  readonly file: string
  /** The type that `Self` stands for. */
  readonly self: string
}

/** A type as it stands in the source. */
export function readType(node: Node, around: Around): RustType {
  const where = { text: node.text.replace(/\s+/g, ' '), place: placeOf(around.file, node) }
  const inner = (child: Node | null): RustType => (child ? readType(child, around) : { kind: 'other', ...where })
  switch (node.type) {
    case 'type_identifier':
    case 'primitive_type':
    case 'identifier':
      return { kind: 'path', path: node.text === 'Self' ? [around.self] : pathOf(node.text), args: [], ...where }
    case 'scoped_type_identifier':
      // `<T as Trait>::Type` is known to the compiler alone.
      return node.childForFieldName('path')?.type === 'bracketed_type'
        ? { kind: 'other', ...where }
        : { kind: 'path', path: pathOf(node.text), args: [], ...where }
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

/** A type whose name stands in an attribute. One with parameters is not found, and reported as such. */
export const namedType = (text: string, place: Place): RustType => ({
  kind: 'path',
  path: pathOf(text),
  args: [],
  text,
  place,
})
