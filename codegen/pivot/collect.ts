import { isDeepStrictEqual } from 'node:util'
import { formatPlace, type Place, type Problems } from '../base/problems.ts'
import type { EventDocument, EventSpec, Schema } from './document.ts'

/** Puts the events and definitions of all sources into one event map. Names that are taken twice are problems. */
export interface Collector {
  event(name: string, spec: EventSpec, place: Place): void
  definition(name: string, schema: Schema, place: Place): void
  document(): EventDocument
  /** Where a definition stands. */
  placeOf(definition: string): Place | undefined
}

/** The hub and the client refuse such a name, or take it for the end of a field. */
const NO_NAME = /^$|[\r\n\0]/

/**
 * @param folder - The folder that places are shown from.
 */
export function createCollector(problems: Problems, folder: string): Collector {
  const events = new Map<string, { readonly spec: EventSpec; readonly place: Place }>()
  const definitions = new Map<string, { readonly schema: Schema; readonly place: Place }>()

  return {
    event(name, spec, place) {
      const first = events.get(name)
      if (NO_NAME.test(name))
        problems.error(
          place,
          `${JSON.stringify(name)} is no name for an event: it is empty, or has a line end or NUL in it`,
        )
      // Two operations may send the same event.
      else if (first && isDeepStrictEqual(first.spec, spec)) return
      else if (first)
        problems.error(
          place,
          `there are two events ${name}: the other is at ${formatPlace(first.place, folder)}. Rename one`,
        )
      else events.set(name, { spec, place })
    },
    definition(name, schema, place) {
      const first = definitions.get(name)
      if (!first) definitions.set(name, { schema, place })
      else if (!isDeepStrictEqual(first.schema, schema))
        problems.error(
          place,
          `there are two types ${name}: the other is at ${formatPlace(first.place, folder)}. Rename one`,
        )
    },
    placeOf: (name) => definitions.get(name)?.place,
    document: () => ({
      version: 1,
      events: Object.fromEntries([...events].map(([name, { spec }]) => [name, spec])),
      $defs: Object.fromEntries([...definitions].map(([name, { schema }]) => [name, schema])),
    }),
  }
}
