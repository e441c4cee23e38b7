import { describe, expect, it } from 'vitest'
import type { Schema } from '../../../codegen/pivot/document.ts'
import { generateFrom } from '../stage.ts'

/** A schema as the payload of an event: what it becomes, and the problems. */
async function read(schema: unknown) {
  const { document, lines } = await generateFrom({ 'x.json': schema })
  return { schema: document.$defs['X'], lines }
}

describe('a schema', () => {
  it.each<[given: unknown, read: Schema]>([
    [{ properties: { a: {} } }, { type: 'object', properties: { a: {} } }],
    [{ items: true }, { type: 'array', items: true }],
    [{ minLength: 1 }, { type: 'string', minLength: 1 }],
    [{ maximum: 1 }, { type: 'number', maximum: 1 }],
    [
      { type: 'integer', maximum: 1 },
      { type: 'integer', maximum: 1 },
    ],
    [{ $schema: 'x', $id: 'y', default: 1, examples: [1], 'x-own': 1, enum: [1] }, { enum: [1] }],
    [
      { type: 'array', items: { $ref: '#' } },
      { type: 'array', items: { $ref: '#/$defs/X' } },
    ],
    [
      { type: 'array', items: { $ref: '#', description: 'Me.' } },
      { type: 'array', items: { $ref: '#/$defs/X', description: 'Me.' } },
    ],
    [
      { type: 'object', properties: { a: { $ref: '#', description: 'Me.', maxProperties: 1 } } },
      {
        type: 'object',
        properties: { a: { description: 'Me.', allOf: [{ $ref: '#/$defs/X' }, { type: 'object', maxProperties: 1 }] } },
      },
    ],
    [
      { type: 'object', unevaluatedProperties: false },
      { type: 'object', additionalProperties: false },
    ],
    [
      { prefixItems: [true], unevaluatedItems: false },
      { type: 'array', prefixItems: [true], items: false },
    ],
    [
      { unevaluatedProperties: false, additionalProperties: { type: 'null' } },
      { type: 'object', additionalProperties: { type: 'null' } },
    ],
    [{ type: 'string', not: false, propertyNames: true, unevaluatedItems: true, nullable: false }, { type: 'string' }],
  ])('%j is read', async (given, expected) => {
    const { schema, lines } = await read(given)
    expect({ schema, lines }).toEqual({ schema: expected, lines: [] })
  })

  it.each<[given: unknown, line: string]>([
    [
      { anyOf: [{ type: 'text' }] },
      'x.json:1:12: type: expected one of null, boolean, integer, number, string, array, object, or a list of them',
    ],
    [{ properties: { a: 1 } }, 'x.json:1:16: a schema is expected here: an object, true or false'],
    [{ not: {} }, 'x.json:1:2: not is not supported: say what the value is'],
    [{ if: {}, type: 'string' }, 'x.json:1:2: if is not supported: write each case as a member of oneOf'],
    [{ type: 'array', contains: false }, 'x.json:1:17: contains is not supported: use items'],
    [{ unevaluatedProperties: {} }, 'x.json:1:2: unevaluatedProperties is not supported: use additionalProperties'],
    [
      { unevaluatedProperties: false, anyOf: [{ type: 'object' }] },
      'x.json:1:2: warning: unevaluatedProperties is not checked beside $ref, allOf, anyOf, oneOf: other values are allowed',
    ],
    [{ nullable: true }, 'x.json:1:2: nullable is not supported: add "null" to type, as OpenAPI 3.1 does'],
    [{ pattern: '(' }, 'x.json:1:2: pattern: expected a regular expression of JavaScript (flag u)'],
    [{ multipleOf: 0 }, 'x.json:1:2: multipleOf: expected a number above 0'],
    [{ minLength: -1 }, 'x.json:1:2: minLength: expected a whole number, 0 or more'],
    [{ enum: [] }, 'x.json:1:2: enum: expected a list of values of JSON, one at least'],
    [{ required: 'a' }, 'x.json:1:2: required: expected a list of texts'],
    [{ uniqueItems: 1 }, 'x.json:1:2: uniqueItems: expected true or false'],
    [{ minLength: 1, minimum: 1 }, 'x.json:1:1: it has keywords for string and for number: say its type'],
    [{ items: { $ref: '#/$defs/Y' } }, 'x.json:1:11: $ref leads nowhere: "#/$defs/Y"'],
    [{ items: { $ref: '#anchor' } }, 'x.json:1:11: $ref leads nowhere: "#anchor"'],
    [{ items: { $ref: 1 } }, 'x.json:1:11: $ref leads nowhere: 1'],
    [{ tpye: 'string', title: 'x' }, 'x.json:1:2: warning: tpye is no keyword of JSON Schema, and is ignored'],
  ])('%j is a problem with a place', async (given, line) => {
    expect((await read(given)).lines).toEqual([line])
  })

  it('may have properties with any name', async () => {
    const { schema, lines } = await read(
      JSON.parse('{"properties":{"__proto__":{"type":"string"},"constructor":{}},"required":["__proto__"]}'),
    )
    expect(lines).toEqual([])
    expect(JSON.stringify(schema)).toContain('"__proto__":{"type":"string"}')
  })
})
