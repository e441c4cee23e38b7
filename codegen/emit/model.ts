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

/** Names that the generated files need for themselves, or that TypeScript has. */
const TAKEN: ReadonlySet<string> = new Set([
  'Array',
  'Boolean',
  'EventName',
  'EventNames',
  'Events',
  'Map',
  'Number',
  'Object',
  'Promise',
  'Record',
  'Set',
  'SSEMessage',
  'String',
])

export function modelOf({ events, $defs }: EventDocument): Model {
  const names = new Map(Object.keys($defs).map((name) => [name, TAKEN.has(name) ? `${name}Type` : name]))
  const definitions = entriesOf($defs).map(([name, schema]) => definitionOf(names.get(name) ?? name, schema, names))
  const used = new Set(definitions.map(({ name }) => name))
  const models = entriesOf(events).map(([name, spec]) => {
    const type = ownType(spec.schema, names) ?? freeName(name, used)
    if (!used.has(type)) definitions.push(definitionOf(type, spec.schema, names))
    used.add(type)
    return eventOf(name, type, spec)
  })
  return { definitions: definitions.sort((a, b) => byName(a.name, b.name)), events: withConstants(models) }
}

/** The definition that is the whole of a schema. */
const ownType = (schema: Schema, names: ReadonlyMap<string, string>): string | undefined =>
  typeof schema === 'object' && schema.$ref !== undefined ? names.get(refName(schema.$ref)) : undefined

function freeName(event: string, used: ReadonlySet<string>): string {
  const name = pascalCase(event)
  const candidates = [name, `${name}Data`, `${name}EventData`]
  const free = candidates.find((candidate) => !used.has(candidate) && !TAKEN.has(candidate))
  return free ?? `${name}Data${used.size}`
}

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
