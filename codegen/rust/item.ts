import type { Place } from '../base/problems.ts'
import type { Path, Scope } from './scope.ts'

/* The importer's view of a Rust file: its structs, enums and type aliases. */

/** One entry of an attribute: `skip`, `rename = "id"`, `rename(serialize = "id")`. */
export interface Meta {
  /** With its path: `serde::Serialize`. */
  readonly name: string
  readonly value?: string
  readonly items: readonly Meta[]
  readonly place: Place
}

/** The comments and attributes before an item, a field or a variant. */
export interface Notes {
  /** Attributes. Those of `cfg_attr` count as if its condition held. */
  readonly attributes: readonly Meta[]
  /** Doc comments, without their marks. */
  readonly docs: string
  /** The text of `// @sse …`. Undefined: there is no such comment. */
  readonly mark: { readonly text: string; readonly place: Place } | undefined
}

export type RustType =
  | {
      readonly kind: 'path'
      readonly path: Path
      readonly args: readonly RustType[]
      readonly text: string
      readonly place: Place
    }
  | { readonly kind: 'tuple'; readonly items: readonly RustType[]; readonly text: string; readonly place: Place }
  /** `length` is undefined for a slice, and where it is no number. */
  | {
      readonly kind: 'array'
      readonly item: RustType
      readonly length: number | undefined
      readonly text: string
      readonly place: Place
    }
  /** Functions, trait objects and the like. */
  | { readonly kind: 'other'; readonly text: string; readonly place: Place }

export interface RustField extends Notes {
  /** Of a tuple, its number. */
  readonly name: string
  readonly type: RustType
  readonly place: Place
}

export interface Body {
  readonly style: 'named' | 'tuple' | 'unit'
  readonly fields: readonly RustField[]
}

export interface Variant extends Notes {
  readonly name: string
  readonly body: Body
  readonly place: Place
}

interface ItemBase extends Notes {
  readonly name: string
  /** The meaning of names in it. */
  readonly scope: Scope
  readonly place: Place
  readonly isPublic: boolean
  /** Its type parameters, as text. Lifetimes do not count. */
  readonly generics: string | undefined
}

export type Item =
  | (ItemBase & { readonly kind: 'struct'; readonly body: Body })
  | (ItemBase & { readonly kind: 'enum'; readonly variants: readonly Variant[] })
  | (ItemBase & { readonly kind: 'alias'; readonly type: RustType })
