import { byName, pascalCase } from '../base/names.ts'
import { type EventDocument, type EventSpec, refName, type Schema } from '../pivot/document.ts'
import type { Shape } from '../pivot/shape.ts'
import { shapeOf } from '../pivot/shape-of.ts'
import { entriesOf } from '../pivot/write.ts'

/*
 * An event map, as what is generated from it needs it: sorted, with a name in TypeScript for everything.
 */

/** A type that is generated. */
export interface Definition {
  readonly name: string
  readonly shape: Shape
  readonly description?: string
  readonly deprecated?: boolean
}

/** An event. */
export interface EventModel {
  readonly name: string
  /** The type of its payload: the name of a definition. */
  readonly type: string
  /** Its key among the constants. */
  readonly constant: string
  readonly topic?: string
  readonly terminal: boolean
  readonly description?: string
  readonly deprecated: boolean
}

export interface Model {
  readonly definitions: readonly Definition[]
  readonly events: readonly EventModel[]
}

/** Names that the generated files need for themselves, or that no type of TypeScript can have. */
const TAKEN: ReadonlySet<string> = new Set(
  `Array Boolean EventName EventNames Events JSON Map Number Object Promise Record Set SSEMessage String eventSchemas
  eventTopics terminalEvents types v z any arguments await bigint boolean break case catch class const continue debugger
  default delete do else enum eval export extends false finally for function if implements import in instanceof interface let
  never new null number object package private protected public return static string super switch symbol this throw true try
  typeof undefined unknown var void while with yield asserts infer intrinsic keyof readonly unique`.split(/\s+/),
)

export function modelOf({ events, $defs }: EventDocument): Model {
  const names = namesOf(Object.keys($defs))
  const definitions = entriesOf($defs).map(([name, schema]) => definitionOf(names.get(name) ?? name, schema, names))
  const used = new Set(definitions.map(({ name }) => name))
  const models = entriesOf(events).map(([name, spec]) => {
    const type = ownType(spec.schema, names) ?? payloadName(name, used)
    if (!used.has(type)) definitions.push(definitionOf(type, spec.schema, names))
    used.add(type)
    return eventOf(name, type, spec)
  })
  return { definitions: definitions.sort((a, b) => byName(a.name, b.name)), events: withConstants(models) }
}

/** The names of definitions in TypeScript: their own, unless it is taken. */
function namesOf(names: readonly string[]): Map<string, string> {
  const used = new Set(names)
  return new Map(
    names.map((name) => {
      const own = TAKEN.has(name) ? freeName([`${name}Type`], used) : name
      used.add(own)
      return [name, own]
    }),
  )
}

const payloadName = (event: string, used: ReadonlySet<string>): string => {
  const name = pascalCase(event)
  return freeName([name, `${name}Data`, `${name}EventData`], used)
}

/** The first name that is not used, or the last one with a number behind it. */
function freeName(candidates: readonly string[], used: ReadonlySet<string>): string {
  const isFree = (name: string): boolean => !used.has(name) && !TAKEN.has(name)
  const last = candidates.at(-1) ?? ''
  const free = candidates.find(isFree)
  for (let n = 2; free === undefined; n++) if (isFree(`${last}${n}`)) return `${last}${n}`
  return free
}

/** The definition that is the whole of a schema. */
const ownType = (schema: Schema, names: ReadonlyMap<string, string>): string | undefined =>
  typeof schema === 'object' && schema.$ref !== undefined ? names.get(refName(schema.$ref)) : undefined

function definitionOf(name: string, schema: Schema, names: ReadonlyMap<string, string>): Definition {
  const { description, deprecated } = typeof schema === 'object' ? schema : {}
  return {
    name,
    shape: renamed(shapeOf(schema), names),
    ...(description !== undefined && { description }),
    ...(deprecated && { deprecated }),
  }
}

/** A shape, in which references have the names that are generated. */
function renamed(shape: Shape, names: ReadonlyMap<string, string>): Shape {
  const inner = (each: Shape): Shape => renamed(each, names)
  switch (shape.kind) {
    case 'reference':
      return { ...shape, name: names.get(shape.name) ?? shape.name }
    case 'array':
      return { ...shape, items: inner(shape.items) }
    case 'tuple':
      return { ...shape, items: shape.items.map(inner), rest: inner(shape.rest) }
    case 'object': {
      const rest = typeof shape.rest === 'string' ? shape.rest : inner(shape.rest)
      return { ...shape, rest, fields: shape.fields.map((field) => ({ ...field, shape: inner(field.shape) })) }
    }
    case 'union':
    case 'all':
      return { ...shape, members: shape.members.map(inner) }
    default:
      return shape
  }
}

function eventOf(name: string, type: string, { topic, terminal, description, deprecated }: EventSpec): EventModel {
  return {
    name,
    type,
    constant: pascalCase(name),
    terminal: terminal === true,
    deprecated: deprecated === true,
    ...(topic !== undefined && { topic }),
    ...(description !== undefined && { description }),
  }
}

/** Events whose constants would have one name keep their own: `order.created` and `order_created`. */
function withConstants(events: readonly EventModel[]): EventModel[] {
  const count = new Map<string, number>()
  for (const { constant } of events) count.set(constant, (count.get(constant) ?? 0) + 1)
  return events.map((event) => (count.get(event.constant) === 1 ? event : { ...event, constant: event.name }))
}
