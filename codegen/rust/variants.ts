import type { Schema, SchemaObject } from '../pivot/document.ts'
import { applyCase } from './case.ts'
import type { RustContext } from './context.ts'
import { bodySchema, namedSchema } from './fields.ts'
import type { Item, Variant } from './item.ts'
import { readSerde, type Serde } from './serde.ts'
import { spreadOf } from './spread.ts'
import { spreadInto } from './spread-into.ts'
import { NULL } from './std-types.ts'
import { object, writerSchema } from './type-schema.ts'

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
    const around = { item, own, serde, context }
    const { schema, constant } = isUntagged
      ? { schema: contentOf(variant, around) ?? NULL }
      : serde.tag === undefined
        ? externallyTagged(name, contentOf(variant, around))
        : { schema: withTag(serde.tag, name, variant, around) }
    return {
      variant,
      name,
      isRenamed: own.rename !== undefined || serde.renameAll !== undefined,
      schema: variant.docs && schema !== NULL ? { description: variant.docs, ...(schema as SchemaObject) } : schema,
      isUntagged,
      ...(constant !== undefined && { constant }),
    }
  })
}

interface Around {
  readonly item: Enum
  /** The meaning of serde's attributes for the variant, and for the enum. */
  readonly own: Serde
  readonly serde: Serde
  readonly context: RustContext
}

/** The contents of a variant. Undefined: nothing. */
function contentOf(variant: Variant, { item, own, serde, context }: Around): Schema | undefined {
  const { body, place } = variant
  if (own.writer !== undefined) return writerSchema(own.writer, place, item.scope, context)
  if (isUnit(variant, context)) return undefined
  return bodySchema(body, { scope: item.scope, renameAll: own.renameAll ?? serde.renameAllFields }, context)
}

/** Whether nothing is written for it but its name: it has no body, or one value that is skipped. */
function isUnit({ body: { style, fields } }: Variant, { problems }: RustContext): boolean {
  const [only, second] = fields
  return (
    style === 'unit' || (style === 'tuple' && only !== undefined && !second && readSerde(only, 'field', problems).skip)
  )
}

const externallyTagged = (name: string, content: Schema | undefined): { schema: SchemaObject; constant?: string } =>
  content === undefined ? { schema: { const: name }, constant: name } : { schema: object({ [name]: content }) }

/** An object that has the name of the variant in a field. */
function withTag(tag: string, name: string, variant: Variant, around: Around): Schema {
  const { item, own, serde, context } = around
  const tagged = { [tag]: { const: name } }
  if (serde.content !== undefined) {
    const content = contentOf(variant, around)
    return object(content === undefined ? tagged : { ...tagged, [serde.content]: content })
  }
  if (isUnit(variant, context)) return object(tagged)
  const { style, fields } = variant.body
  const owner = { scope: item.scope, renameAll: own.renameAll ?? serde.renameAllFields }
  if (style === 'named' && own.writer === undefined) return namedSchema(fields, owner, context, tagged)
  const [only, second] = fields
  const part =
    only && !second && own.writer === undefined
      ? { ...only, spread: spreadOf(only.type, item.scope, context) }
      : undefined
  if (part && part.spread.kind !== 'no object' && part.spread.kind !== 'option')
    return spreadInto({ properties: new Map(Object.entries(tagged)), required: [tag] }, [part], context)
  const what = part
    ? `${part.type.text} is no object`
    : own.writer === undefined
      ? 'it is a tuple'
      : `${own.writer} writes it`
  context.problems.error(variant.place, `the tag ${tag} has no place in ${variant.name}, as ${what}: add content = "…"`)
  return true
}
