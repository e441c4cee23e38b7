import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { byDataType, parseText, type SchemaIssue, type StandardSchema, validate } from '../src/decode.ts'

describe('parsing', () => {
  it.each([
    ['json', '{"a":1}', { a: 1 }],
    ['json', '"text"', 'text'],
    ['json', 'null', null],
    ['json', '', undefined],
    ['text', '{"a":1}', '{"a":1}'],
    ['text', '', ''],
  ] as const)('as %s makes of %j %j', (parse, raw, expected) => {
    expect(parseText(parse, raw, 'x')).toEqual(expected)
  })

  it('throws a SyntaxError for malformed JSON', () => {
    expect(() => parseText('json', '{"a":', 'x')).toThrow(SyntaxError)
  })

  it('leaves text and name to a function', () => {
    expect(parseText((raw, name) => `${name}:${raw}`, 'b', 'a')).toBe('a:b')
  })

  it('makes own properties of __proto__ in a payload, not a prototype', () => {
    const data = parseText('json', '{"__proto__":{"admin":true}}', 'x') as { admin?: boolean }
    expect(data.admin).toBeUndefined()
  })
})

const SCHEMAS: Record<string, StandardSchema<{ id: number }>> = {
  zod: z.object({ id: z.union([z.number(), z.string().transform(Number)]) }),
  valibot: v.object({ id: v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.number()) }),
  arktype: type({ id: 'string.numeric.parse | number' }),
}

describe.each(Object.entries(SCHEMAS))('a schema of %s', (_, schema) => {
  it('validates and transforms', () => {
    expect(validate(schema, { id: '7' })).toEqual({ id: 7 })
  })

  it('tells its issues', () => {
    try {
      validate(schema, { id: [] })
      expect.unreachable()
    } catch (error) {
      const { issues, message } = error as Error & { issues: SchemaIssue[] }
      expect([...(issues[0]?.path ?? [])].map((step) => (typeof step === 'object' ? step.key : step))).toEqual(['id'])
      expect(message).toContain(issues[0]?.message)
    }
  })
})

it('refuses a schema that is asynchronous, as later events would overtake', () => {
  const slow = z.string().refine(async () => true)
  expect(() => validate(slow, 'x')).toThrow('asynchronous')
})

it.each([
  [{ type: 'message', data: { type: 'order.updated' } }, 'order.updated'],
  [{ type: 'tick', data: { n: 1 } }, 'tick'],
  [{ type: 'tick', data: { type: 7 } }, 'tick'],
  [{ type: 'tick', data: null }, 'tick'],
  [{ type: 'tick', data: 'text' }, 'tick'],
  [{ type: 'tick', data: undefined }, 'tick'],
])('byDataType of %j is %j', (event, expected) => {
  expect(byDataType(event)).toBe(expected)
})
