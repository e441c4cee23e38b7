import { type Node, placeOf } from './grammar.ts'
import type { Body, Item, Notes, RustField, Variant } from './item.ts'
import { createNoteReader } from './notes.ts'
import { readType } from './read-type.ts'

/** The structs, enums and aliases of a file, and of the modules in it. Tests are left out. */
export function readItems(file: string, root: Node): Item[] {
  return withNotes(file, root).flatMap(([node, notes]) => {
    if (isTest(notes)) return []
    if (node.type === 'mod_item') {
      const body = node.childForFieldName('body')
      return body ? readItems(file, body) : []
    }
    return readItem(file, node, notes) ?? []
  })
}

const isTest = ({ attributes }: Notes): boolean =>
  attributes.some(({ name, items }) => name === 'cfg' && items.some((item) => item.name === 'test'))

/** The children of a node that are no comments and attributes, each with those that stand before it. */
function withNotes(file: string, parent: Node): [node: Node, notes: Notes][] {
  const reader = createNoteReader(file)
  return parent.namedChildren.flatMap((node) => (reader.take(node) ? [] : [[node, reader.finish()] as [Node, Notes]]))
}

function readItem(file: string, node: Node, notes: Notes): Item | undefined {
  const name = node.childForFieldName('name')
  if (!name) return undefined
  const generics = node.childForFieldName('type_parameters')
  const base = {
    ...notes,
    name: plainName(name.text),
    file,
    place: placeOf(file, name),
    isPublic: node.namedChildren.some(({ type }) => type === 'visibility_modifier'),
    generics: generics?.namedChildren.some(({ type }) => /^(type|const)_parameter$/.test(type))
      ? generics.text
      : undefined,
  }
  const body = node.childForFieldName('body')
  if (node.type === 'struct_item') return { ...base, kind: 'struct', body: readBody(file, body) }
  if (node.type === 'enum_item') return { ...base, kind: 'enum', variants: body ? readVariants(file, body) : [] }
  const type = node.childForFieldName('type')
  return node.type === 'type_item' && type ? { ...base, kind: 'alias', type: readType(file, type) } : undefined
}

function readVariants(file: string, body: Node): Variant[] {
  return withNotes(file, body).flatMap(([node, notes]) => {
    const name = node.type === 'enum_variant' ? node.childForFieldName('name') : null
    if (!name) return []
    const variant = { ...notes, name: plainName(name.text), place: placeOf(file, name) }
    return { ...variant, body: readBody(file, node.childForFieldName('body')) }
  })
}

function readBody(file: string, body: Node | null): Body {
  if (body?.type === 'field_declaration_list') return { style: 'named', fields: namedFields(file, body) }
  if (body?.type === 'ordered_field_declaration_list') return { style: 'tuple', fields: numberedFields(file, body) }
  return { style: 'unit', fields: [] }
}

function namedFields(file: string, body: Node): RustField[] {
  return withNotes(file, body).flatMap(([node, notes]) => {
    const name = node.childForFieldName('name')
    const type = node.childForFieldName('type')
    if (!name || !type) return []
    return { ...notes, name: plainName(name.text), type: readType(file, type), place: placeOf(file, name) }
  })
}

function numberedFields(file: string, body: Node): RustField[] {
  const reader = createNoteReader(file)
  const types = body.namedChildren.filter((node) => node.type !== 'visibility_modifier')
  const fields = types.flatMap((node) =>
    reader.take(node) ? [] : [{ ...reader.finish(), type: readType(file, node), place: placeOf(file, node) }],
  )
  return fields.map((field, n) => ({ ...field, name: `${n}` }))
}

/** `type` of `r#type`. */
const plainName = (name: string): string => name.replace(/^r#/, '')
