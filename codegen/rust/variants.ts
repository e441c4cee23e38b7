import type { Schema, SchemaObject } from '../pivot/document.ts'
import { applyCase } from './case.ts'
import type { RustContext } from './context.ts'
import { bodySchema } from './fields.ts'
import type { Item, Variant } from './item.ts'
import { readSerde, type Serde } from './serde.ts'
import { isSpreadable } from './spreadable.ts'
import { NULL, taggedBy, writerSchema } from './type-schema.ts'

/*
 * The variants of an enum, in the four forms that serde knows: https://serde.rs/enum-representations.html
 */

export interface WrittenVariant {
  readonly variant: Variant
  /** Its name in JSON. */
  readonly name: string
  /** Whether serde's attributes give it this name, or a rule does. */
  readonly isRenamed: boolean
  readonly schema: Schema
  /** It is written as its name alone. */
  readonly constant?: string
  readonly isUntagged: boolean
}

type Enum = Extract<Item, { kind: 'enum' }>

/** The variants that are written. */
export function variantsOf(item: Enum, serde: Serde, context: RustContext): WrittenVariant[] {
  return item.variants.flatMap((variant) => {
    const own = readSerde(variant, 'variant', context.problems)
    if (own.skip) return []
    const name = own.rename ?? applyCase(serde.renameAll, 'variant', variant.name)
    const isUntagged = serde.untagged || own.untagged
    const content = contentOf(variant, own, { item, serde, context })
    const isConstant = !isUntagged && serde.tag === undefined && content === undefined
    const part = { variant, name, content, serde, item }
    const schema = isConstant ? { const: name } : isUntagged ? (content ?? NULL) : taggedSchema(part, context)
    return {
      variant,
      name,
      isRenamed: own.rename !== undefined || serde.renameAll !== undefined,
      schema: variant.docs && schema !== NULL ? { description: variant.docs, ...(schema as SchemaObject) } : schema,
      isUntagged,
      ...(isConstant && { constant: name }),
    }
  })
}

interface Around {
  readonly item: Enum
  readonly serde: Serde
  readonly context: RustContext
}

/** What a variant has inside. Undefined: nothing. */
function contentOf({ body, place }: Variant, own: Serde, { item, serde, context }: Around): Schema | undefined {
  if (own.writer !== undefined) return writerSchema(own.writer, place, context)
  const [only, second] = body.fields
  const isAlone = body.style === 'tuple' && only !== undefined && second === undefined
  if (body.style === 'unit' || (isAlone && readSerde(only, 'field', context.problems).skip)) return undefined
  return bodySchema(body, { file: item.file, renameAll: own.renameAll ?? serde.renameAllFields }, context)
}

interface Part {
  readonly variant: Variant
  readonly name: string
  readonly content: Schema | undefined
  readonly serde: Serde
  readonly item: Enum
}

function taggedSchema({ variant, name, content, serde, item }: Part, context: RustContext): Schema {
  const { tag, content: field } = serde
  if (tag === undefined) return content === undefined ? { const: name } : taggedBy(name, content)
  const properties = { [tag]: { const: name } }
  if (content === undefined) return { type: 'object', properties, required: [tag] }
  if (field !== undefined)
    return { type: 'object', properties: { ...properties, [field]: content }, required: [tag, field] }
  // The tag stands among the fields.
  if (variant.body.style === 'named') return withTag(tag, name, content)
  const [only] = variant.body.fields
  const isAlone = variant.body.fields.length === 1
  if (!isAlone || !only || !isSpreadable(only.type, item.file, context)) {
    const what = isAlone ? `${only?.type.text ?? 'its value'} is no object` : 'it is a tuple'
    context.problems.error(
      variant.place,
      `the tag ${tag} has no place in ${variant.name}, as ${what}: add content = "…"`,
    )
    return true
  }
  const own: SchemaObject = { type: 'object', properties, required: [tag] }
  return content === true || content === NULL ? own : { allOf: [own, content] }
}

/** An object with the tag as its first field. */
function withTag(tag: string, name: string, content: Schema): Schema {
  const own = { [tag]: { const: name } }
  if (typeof content === 'boolean' || content.allOf || !content.properties)
    return { allOf: [{ type: 'object', properties: own, required: [tag] }, content] }
  return {
    ...content,
    properties: { ...own, ...content.properties },
    required: [tag, ...(content.required ?? [])],
  }
}
