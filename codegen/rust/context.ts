import type { Place, Problems } from '../base/problems.ts'
import type { Schema } from '../pivot/document.ts'
import type { Item } from './item.ts'

/** How Rust is translated. */
export interface RustOptions {
  /** Files with types that events refer to, and no events: files, folders and globs. */
  readonly types: readonly string[]
  /** The names of events that are named after a struct. `keep`: as the struct is. */
  readonly nameCase: 'keep' | 'snake' | 'dot' | 'kebab'
  /** The JSON type of an integer of 64 bits or more. `number` comes with a warning. */
  readonly int64: 'number' | 'string' | 'bigint' | 'error'
  /** The JSON type of a type or a writer, by its name. */
  readonly map: ReadonlyMap<string, Schema>
}

/** The tools that translate Rust. */
export interface RustContext {
  readonly options: RustOptions
  readonly problems: Problems
  /** All items, by name. */
  readonly items: ReadonlyMap<string, readonly Item[]>
  /** The definitions that are there so far. Undefined: being made. */
  readonly definitions: Map<Item, Schema | undefined>
  /** Makes the definition of an item, unless it is there. */
  define(item: Item): void
  /** Where integers of 64 bits were met. */
  readonly wide: Place[]
  /** Aliases that are being followed: one that leads back to itself is noticed. */
  readonly open: Set<Item>
  /** A place as messages show it. */
  placeText(place: Place): string
}
