import type { Shape } from '../pivot/shape.ts'
import { objectOf } from './calls.ts'
import type { Model } from './model.ts'
import { ordered } from './order.ts'
import { objectKey, quote } from './print.ts'

/** Whether a definition stands further up in the file, so that it can be used at once. */
export type Ready = (name: string) => boolean

/** A library that validators are written with. */
export interface Library {
  /** How the file imports it. */
  readonly importLine: string
  /** The type of the schema of a payload type. */
  typeOf(name: string): string
  /** A shape as an expression that makes its schema. */
  textOf(shape: Shape, isReady: Ready): string
}

/** `schemas.ts`. `from` is how the file imports the types. */
export function emitWith(
  { importLine, typeOf, textOf }: Library,
  { definitions, events }: Model,
  from: string,
): string {
  const order = ordered(definitions, events)
  const schemas = order.definitions.map(({ name, shape }) => {
    const text = textOf(shape, (to) => order.isReady(name, to))
    return `const ${name}: ${typeOf(`types.${name}`)} = ${text}\n`
  })
  const entries = events.map(({ name, type }) => `${objectKey(name)}: ${type}`)
  return [
    `${importLine}\nimport type * as types from ${quote(from)}\n`,
    ...schemas,
    `/** A schema for each event: for \`parse: schemas(eventSchemas)\` of a client, and \`schemas: eventSchemas\` of a hub. */
export const eventSchemas = ${objectOf(entries)}\n`,
  ].join('\n')
}
