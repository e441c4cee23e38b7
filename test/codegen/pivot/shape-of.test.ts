import { describe, expect, it } from 'vitest'
import type { Schema } from '../../../codegen/pivot/document.ts'
import type { Shape } from '../../../codegen/pivot/shape.ts'
import { shapeOf } from '../../../codegen/pivot/shape-of.ts'

const TEXT: Shape = { kind: 'string', rules: {} }
const NUMBER: Shape = { kind: 'number', integer: false, range: {} }
const constant = (...values: (string | number | null)[]): Shape => ({ kind: 'constant', values })

describe('the shape of a schema', () => {
  it.each<[schema: Schema, shape: Shape]>([
    [true, { kind: 'unknown' }],
    [{ description: 'x' }, { kind: 'unknown' }],
    [false, { kind: 'never' }],
    [{ type: 'null' }, { kind: 'null' }],
    [{ type: 'boolean' }, { kind: 'boolean' }],
    [
      { type: 'integer', minimum: 0 },
      { kind: 'number', integer: true, range: { minimum: 0 } },
    ],
    [{ type: 'integer', 'x-ts-type': 'bigint' }, { kind: 'bigint' }],
    [
      { type: 'string', format: 'uuid', maxLength: 3 },
      { kind: 'string', rules: { format: 'uuid', maxLength: 3 } },
    ],
    [
      { type: ['string', 'null'], minLength: 1 },
      {
        kind: 'union',
        exclusive: false,
        members: [{ kind: 'string', rules: { minLength: 1 } }, { kind: 'null' }],
      },
    ],
    [{ const: 'a' }, constant('a')],
    [{ type: 'string', enum: ['a', 1, null] }, constant('a')],
    [{ type: 'string', enum: [1] }, { kind: 'never' }],
    [{ const: 'a', enum: ['b'] }, { kind: 'never' }],
    [{ const: 'a', enum: ['b', 'a'] }, constant('a')],
    [
      { type: ['string', 'null'], enum: ['a', null], minLength: 2 },
      {
        kind: 'all',
        members: [
          constant('a', null),
          {
            kind: 'union',
            exclusive: false,
            members: [{ kind: 'string', rules: { minLength: 2 } }, { kind: 'null' }],
          },
        ],
      },
    ],
    [{ $ref: '#/$defs/a~1b' }, { kind: 'reference', name: 'a/b' }],
    [{ anyOf: [{ type: 'string' }] }, TEXT],
    [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, { kind: 'union', exclusive: true, members: [TEXT, NUMBER] }],
    [
      { $ref: '#/$defs/A', allOf: [true, { type: 'string' }] },
      { kind: 'all', members: [{ kind: 'reference', name: 'A' }, TEXT] },
    ],
    [
      { type: 'array', items: { type: 'string' }, minItems: 1, uniqueItems: true },
      { kind: 'array', items: TEXT, count: { min: 1 }, unique: true },
    ],
    [
      { type: 'array', prefixItems: [{ type: 'string' }], items: false, maxItems: 1 },
      { kind: 'tuple', items: [TEXT], rest: { kind: 'never' }, count: { max: 1 }, unique: false },
    ],
    [{ type: 'array', minItems: 2, maxItems: 1 }, { kind: 'never' }],
    [{ type: 'array', prefixItems: [true], items: false, minItems: 2 }, { kind: 'never' }],
    [{ type: 'object', minProperties: 2, maxProperties: 1 }, { kind: 'never' }],
    [{ type: 'object' }, { kind: 'object', fields: [], rest: 'any' }],
    [
      {
        type: 'object',
        properties: { a: { type: 'string', description: 'A.', deprecated: true } },
        required: ['a', 'b'],
        additionalProperties: { type: 'number' },
        maxProperties: 9,
      },
      {
        kind: 'object',
        fields: [
          { name: 'a', shape: TEXT, required: true, description: 'A.', deprecated: true },
          { name: 'b', shape: NUMBER, required: true },
        ],
        rest: NUMBER,
        count: { max: 9 },
      },
    ],
    [
      { type: 'object', required: ['b'], additionalProperties: false },
      { kind: 'object', fields: [{ name: 'b', shape: { kind: 'never' }, required: true }], rest: 'none' },
    ],
  ])('%j is a shape', (schema, shape) => {
    expect(shapeOf(schema)).toEqual(shape)
  })
})
