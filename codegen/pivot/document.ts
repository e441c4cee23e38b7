/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export type TypeName = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

/** The part of JSON Schema 2020-12 that event maps are written in. Importers translate what they read into it. */
export interface SchemaObject {
  /** `#/$defs/Name`, and nothing else. */
  readonly $ref?: string
  readonly type?: TypeName | readonly TypeName[]
  readonly enum?: readonly Json[]
  readonly const?: Json
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly title?: string
  readonly description?: string
  readonly deprecated?: boolean
  /** The value in TypeScript, where it differs from that in JSON: the result of your own `parse`. */
  readonly 'x-ts-type'?: 'bigint'
}

export type Schema = boolean | SchemaObject

/** One event. */
export interface EventSpec {
  /** Of the payload. */
  readonly schema: Schema
  /** The topic that it is published to, if it is always the same. */
  readonly topic?: string
  /** The stream has nothing more to say after it. */
  readonly terminal?: boolean
  readonly deprecated?: boolean
  readonly description?: string
}

/** All events of a server: what every source is translated into, and everything is generated from. */
export interface EventDocument {
  readonly version: 1
  readonly events: Readonly<Record<string, EventSpec>>
  readonly $defs: Readonly<Record<string, Schema>>
}

/** The name in `#/$defs/Name`. */
export const refName = (ref: string): string => ref.slice('#/$defs/'.length).replaceAll('~1', '/').replaceAll('~0', '~')

/** A reference to a definition. */
export const refTo = (name: string): SchemaObject => ({
  $ref: `#/$defs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
})
