import { formatPlace, type Problems } from '../base/problems.ts'
import type { Collector } from '../pivot/collect.ts'
import type { RustContext, RustOptions } from './context.ts'
import { eventsOf } from './events.ts'
import { loadGrammar } from './grammar.ts'
import type { Item } from './item.ts'
import { itemSchema } from './item-schema.ts'
import { readItems } from './read-items.ts'

/*
 * Events from structs and enums that derive serde's Serialize.
 */

/** A file of Rust. */
export interface RustSource {
  readonly file: string
  readonly text: string
  /** It has events. Otherwise it has types that events refer to. */
  readonly hasEvents: boolean
}

export interface RustParts {
  readonly collector: Collector
  readonly problems: Problems
  readonly options: RustOptions
  /** The folder that places are shown from. */
  readonly folder: string
}

/** Reads the events of files. @throws GenerateError for a file that is not Rust, or if the parser is not installed. */
export async function importRust(
  sources: readonly RustSource[],
  { collector, problems, options, folder }: RustParts,
): Promise<void> {
  const parse = await loadGrammar()
  const read = sources.map(({ file, text, hasEvents }) => ({
    hasEvents,
    items: readItems(file, parse(file, text), problems),
  }))
  const all = read.flatMap(({ items }) => items)
  const context = createContext(all, { problems, options, folder })

  for (const { name, spec, place, definition } of eventsOf(
    read.flatMap(({ items, hasEvents }) => (hasEvents ? items : [])),
    context,
  )) {
    collector.event(name, spec, place)
    if (definition) collector.definition(definition.name, definition.schema, place)
  }
  for (const [item, schema = true] of context.definitions) collector.definition(item.name, schema, item.place)
  warnOfWide(context)
}

function createContext(all: readonly Item[], { problems, options, folder }: Omit<RustParts, 'collector'>): RustContext {
  const items = new Map<string, Item[]>()
  for (const item of all) items.set(item.name, [...(items.get(item.name) ?? []), item])
  const definitions: RustContext['definitions'] = new Map()
  const context: RustContext = {
    options,
    problems,
    items,
    definitions,
    wide: [],
    open: new Set(),
    placeText: (place) => formatPlace(place, folder),
    define(item) {
      if (definitions.has(item)) return
      // It has its place before it is made, as it may refer to itself.
      definitions.set(item, undefined)
      definitions.set(item, itemSchema(item, context))
    },
  }
  return context
}

/** Once, since it holds for every integer of 64 bits. */
function warnOfWide({ wide, problems }: RustContext): void {
  const [first] = wide
  if (!first) return
  const more = wide.length > 1 ? ` (and ${wide.length - 1} more)` : ''
  problems.warn(
    first,
    `an integer of 64 bits may be larger than a number of JavaScript holds exactly, which is 2^53${more}: --int64 says what to do`,
  )
}
