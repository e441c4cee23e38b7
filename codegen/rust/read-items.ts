import type { Problems } from '../base/problems.ts'
import { type Node, placeOf } from './grammar.ts'
import type { Body, Item, Notes, RustField, Variant } from './item.ts'
import { createNoteReader } from './notes.ts'
import { type Around, readType } from './read-type.ts'
import { moduleOf, plainName, readScope, type Scope } from './scope.ts'

/** The structs, enums and aliases of a file, and of the modules in it. Tests are left out. */
export const readItems = (file: string, root: Node, problems: Problems): Item[] =>
  itemsIn(root, readScope(file, moduleOf(file), root), problems)

function itemsIn(body: Node, scope: Scope, problems: Problems): Item[] {
  return withNotes(body, scope.file).flatMap(([node, notes]) => {
    if (isTest(notes)) return []
    const item = readItem(node, notes, scope)
    if (item) return item
    refuseMark(notes, problems)
    if (isMacroOfTypes(node))
      problems.warn(placeOf(scope.file, node), 'the types that a macro writes are not read: write events without it')
    const inner = node.type === 'mod_item' ? node.childForFieldName('body') : null
    if (!inner) return []
    const name = plainName(node.childForFieldName('name')?.text ?? '')
    return itemsIn(inner, readScope(scope.file, [...scope.module, name], inner), problems)
  })
}

const isTest = ({ attributes }: Notes): boolean =>
  attributes.some(({ name, items }) => name === 'cfg' && items.some((item) => item.name === 'test'))

function refuseMark({ mark }: Notes, problems: Problems): void {
  if (mark) problems.error(mark.place, '@sse stands before a struct, an enum or a variant, and there is none here')
}

/** Whether it is a macro, or a call of one, that writes types with serde's Serialize. */
const isMacroOfTypes = ({ type, text }: Node): boolean =>
  (type === 'macro_definition' || type === 'macro_invocation' || type === 'expression_statement') &&
  /\b(struct|enum)\b/.test(text) &&
  /\bSerialize\b/.test(text)

/** The children of a node that are no comments and attributes, each with those that stand before it. */
function withNotes(parent: Node, file: string): [node: Node, notes: Notes][] {
  const reader = createNoteReader(file)
  return parent.namedChildren.flatMap((node) => (reader.take(node) ? [] : [[node, reader.finish()] as [Node, Notes]]))
}

function readItem(node: Node, notes: Notes, scope: Scope): Item | undefined {
  const name = node.childForFieldName('name')
  if (!name) return undefined
  const generics = node.childForFieldName('type_parameters')
  const base = {
    ...notes,
    name: plainName(name.text),
    scope,
    place: placeOf(scope.file, name),
    isPublic: node.namedChildren.some(({ type }) => type === 'visibility_modifier'),
    generics: generics?.namedChildren.some(({ type }) => /^(type|const)_parameter$/.test(type))
      ? generics.text
      : undefined,
  }
  const around = { file: scope.file, self: base.name }
  const body = node.childForFieldName('body')
  if (node.type === 'struct_item') return { ...base, kind: 'struct', body: readBody(body, around) }
  if (node.type === 'enum_item') return { ...base, kind: 'enum', variants: body ? readVariants(body, around) : [] }
  const type = node.childForFieldName('type')
  return node.type === 'type_item' && type ? { ...base, kind: 'alias', type: readType(type, around) } : undefined
}

function readVariants(body: Node, around: Around): Variant[] {
  return withNotes(body, around.file).flatMap(([node, notes]) => {
    const name = node.type === 'enum_variant' ? node.childForFieldName('name') : null
    if (!name) return []
    const variant = { ...notes, name: plainName(name.text), place: placeOf(around.file, name) }
    return { ...variant, body: readBody(node.childForFieldName('body'), around) }
  })
}

function readBody(body: Node | null, around: Around): Body {
  if (body?.type === 'field_declaration_list') return { style: 'named', fields: namedFields(body, around) }
  if (body?.type === 'ordered_field_declaration_list') return { style: 'tuple', fields: numberedFields(body, around) }
  return { style: 'unit', fields: [] }
}

function namedFields(body: Node, around: Around): RustField[] {
  return withNotes(body, around.file).flatMap(([node, notes]) => {
    const name = node.childForFieldName('name')
    const type = node.childForFieldName('type')
    if (!name || !type) return []
    return { ...notes, name: plainName(name.text), type: readType(type, around), place: placeOf(around.file, name) }
  })
}

function numberedFields(body: Node, around: Around): RustField[] {
  const reader = createNoteReader(around.file)
  const types = body.namedChildren.filter((node) => node.type !== 'visibility_modifier')
  const fields = types.flatMap((node) =>
    reader.take(node) ? [] : [{ ...reader.finish(), type: readType(node, around), place: placeOf(around.file, node) }],
  )
  return fields.map((field, n) => ({ ...field, name: `${n}` }))
}
