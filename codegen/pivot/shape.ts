import type { Json } from './document.ts'

/* The meaning of a schema, as one of a few kinds of value. Everything is generated from shapes. */

/** Bounds of a number. */
export interface Range {
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
}

/** Bounds of a text, in characters (code points). */
export interface TextRules {
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
}

/** How many. */
export interface Count {
  readonly min?: number
  readonly max?: number
}

export interface Field {
  readonly name: string
  readonly shape: Shape
  readonly required: boolean
  readonly description?: string
  readonly deprecated?: boolean
}

export interface ObjectShape {
  readonly kind: 'object'
  readonly fields: readonly Field[]
  /** Other properties: any, none, or those of a shape. */
  readonly rest: 'any' | 'none' | Shape
  readonly count?: Count
}

export type Shape =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'never' }
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'bigint' }
  | { readonly kind: 'string'; readonly rules: TextRules }
  | { readonly kind: 'number'; readonly integer: boolean; readonly range: Range }
  | { readonly kind: 'constant'; readonly values: readonly Json[] }
  | { readonly kind: 'array'; readonly items: Shape; readonly count: Count; readonly unique: boolean }
  | {
      readonly kind: 'tuple'
      readonly items: readonly Shape[]
      readonly rest: Shape
      readonly count: Count
      readonly unique: boolean
    }
  | ObjectShape
  /** `exclusive`: exactly one member fits (oneOf). Otherwise one at least (anyOf). */
  | { readonly kind: 'union'; readonly members: readonly Shape[]; readonly exclusive: boolean }
  | { readonly kind: 'all'; readonly members: readonly Shape[] }
  | { readonly kind: 'reference'; readonly name: string }

/** Where nothing is known. */
export const UNKNOWN: Shape = { kind: 'unknown' }

/** Whether it may be a shape that allows any value, as libraries do not tell such a value from one that is missing. */
export const mayBeAnything = (shape: Shape): boolean =>
  shape.kind === 'unknown' ||
  shape.kind === 'reference' ||
  ((shape.kind === 'union' || shape.kind === 'all') && shape.members.some(mayBeAnything))
