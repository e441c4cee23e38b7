import { findItem, type RustContext } from './context.ts'
import type { Item, RustType } from './item.ts'
import { readSerde } from './serde.ts'
import { LISTS, MAPS, PLAIN, TRANSPARENT, WIDE } from './std-types.ts'

const OTHERS: ReadonlySet<string> = new Set(['Option', 'DateTime', 'PhantomData'])

/** Whether serde can put the fields of a type into an object beside others: for `flatten`, and in a variant with a tag inside. */
export function isSpreadable(type: RustType, file: string, context: RustContext): boolean {
  if (type.kind === 'tuple') return type.items.length === 0
  if (type.kind !== 'path') return false
  const item = findItem(type.last, file, context)
  if (item === 'several') return true
  if (item) return isSpreadableItem(item, context)
  const [first] = type.args
  if (TRANSPARENT.has(type.last)) return first !== undefined && isSpreadable(first, file, context)
  if (type.last === 'Value' || MAPS.has(type.last) || context.options.map.has(type.last)) return true
  // A type that is not known is reported where it is read.
  return !(PLAIN.has(type.last) || WIDE.has(type.last) || LISTS.has(type.last) || OTHERS.has(type.last))
}

function isSpreadableItem(item: Item, context: RustContext): boolean {
  if (item.kind === 'alias') return isSpreadable(item.type, item.file, context)
  const serde = readSerde(item, 'container', context.problems)
  const isAlone = (fields: readonly { readonly type: RustType }[]): boolean => {
    const [only, second] = fields
    return only !== undefined && !second && isSpreadable(only.type, item.file, context)
  }
  if (item.kind === 'struct') {
    const { style, fields } = item.body
    return style === 'unit' || (style === 'named' && !serde.transparent) || isAlone(fields)
  }
  return (
    serde.tag !== undefined ||
    item.variants.every(({ body: { style, fields } }) =>
      serde.untagged ? style === 'named' || isAlone(fields) : style === 'named' || fields.length === 1,
    )
  )
}
