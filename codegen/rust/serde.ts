import type { Problems } from '../base/problems.ts'
import { CASES } from './case.ts'
import type { Meta, Notes } from './item.ts'

/*
 * serde's attributes, as far as they change what is written.
 */

type Kind = 'container' | 'variant' | 'field'

/** The attributes that count, and those that only change how JSON is read. */
const KNOWN: Readonly<Record<Kind, ReadonlySet<string>>> = {
  container: new Set(
    'rename rename_all rename_all_fields tag content untagged transparent into deny_unknown_fields default bound remote from try_from crate expecting variant_identifier field_identifier'.split(
      ' ',
    ),
  ),
  variant: new Set(
    'rename alias rename_all skip skip_serializing skip_deserializing serialize_with deserialize_with with bound borrow other untagged'.split(
      ' ',
    ),
  ),
  field: new Set(
    'rename alias default flatten skip skip_serializing skip_deserializing skip_serializing_if serialize_with deserialize_with with borrow bound getter'.split(
      ' ',
    ),
  ),
}

/** The meaning of serde's attributes. */
export interface Serde {
  readonly rename?: string
  /** Of fields or variants. */
  readonly renameAll?: string
  /** Of the fields of all variants. */
  readonly renameAllFields?: string
  readonly tag?: string
  readonly content?: string
  readonly untagged: boolean
  readonly transparent: boolean
  /** Another type is written in its place. */
  readonly into?: string
  /** It is not written. */
  readonly skip: boolean
  /** A function that says whether it is left out. */
  readonly skipIf?: string
  readonly flatten: boolean
  /** A function or a module that writes it. */
  readonly writer?: string
}

/** Reads serde's attributes. Those that serde does not have are reported. */
export function readSerde({ attributes }: Notes, kind: Kind, problems: Problems): Serde {
  const metas = attributes.filter(({ name }) => name === 'serde').flatMap(({ items }) => items)
  const unknown = metas.find(({ name }) => !KNOWN[kind].has(name))
  if (unknown) problems.error(unknown.place, `serde has no attribute ${unknown.name} here, or it is not supported`)
  const has = (name: string): boolean => metas.some((meta) => meta.name === name)
  const last = (name: string): Meta | undefined => metas.filter((meta) => meta.name === name).at(-1)
  const text = (name: string): string | undefined => {
    const meta = last(name)
    if (meta && meta.value === undefined && !meta.items.length)
      problems.error(meta.place, `${name} has no value: write ${name} = "…"`)
    return written(meta)
  }
  const rule = (name: string): string | undefined => {
    const meta = last(name)
    const value = text(name)
    if (meta && value !== undefined && !CASES.includes(value))
      problems.error(meta.place, `${name}: expected one of ${CASES.join(', ')}, got ${JSON.stringify(value)}`)
    return value
  }
  const given = {
    rename: text('rename'),
    renameAll: rule('rename_all'),
    renameAllFields: rule('rename_all_fields'),
    tag: text('tag'),
    content: text('content'),
    into: text('into'),
    skipIf: text('skip_serializing_if'),
    writer: text('serialize_with') ?? text('with'),
  }
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    untagged: has('untagged'),
    transparent: has('transparent'),
    skip: has('skip') || has('skip_serializing'),
    flatten: has('flatten'),
  }
}

/** The value for writing: of `rename = "a"` and `rename(serialize = "a", deserialize = "b")`. */
const written = (meta: Meta | undefined): string | undefined =>
  meta?.value ?? meta?.items.find(({ name }) => name === 'serialize')?.value

/** Whether a type has serde's Serialize, by `derive`. */
export const derivesSerialize = ({ attributes }: Notes): boolean =>
  attributes.some(({ name, items }) => name === 'derive' && items.some((item) => /(^|::)Serialize$/.test(item.name)))

/** Whether it only says how a type of another crate is written: for `with`. */
export const isRemote = ({ attributes }: Notes): boolean =>
  attributes.some(({ name, items }) => name === 'serde' && items.some((item) => item.name === 'remote'))

export const isDeprecated = ({ attributes }: Notes): boolean => attributes.some(({ name }) => name === 'deprecated')
