import { byDataType } from 'headwater'
import { describe, expect, it } from 'vitest'
import { parsePayload } from '../../src/events/decode.ts'

describe('parsing a payload', () => {
  it.each([
    ['json', '{"a":1}', { a: 1 }],
    ['json', '"text"', 'text'],
    ['json', 'null', null],
    ['json', '0', 0],
    ['json', '', undefined],
    ['text', '{"a":1}', '{"a":1}'],
    ['text', '', ''],
  ] as const)('makes as %s of %j the value %j', (parse, raw, expected) => {
    expect(parsePayload(parse, raw, 'x')).toEqual(expected)
  })

  it.each(['{"a":', 'oops', ' ', 'undefined', "'a'"])('throws a SyntaxError for %j, which is no JSON', (raw) => {
    expect(() => parsePayload('json', raw, 'x')).toThrow(SyntaxError)
  })

  it('hands text and name to a function, an empty text too', () => {
    expect(parsePayload((raw, name) => `${name}:${raw}`, 'b', 'a')).toBe('a:b')
    expect(parsePayload((raw, name) => `${name}:${raw}`, '', 'a')).toBe('a:')
  })

  it('throws what the function throws', () => {
    const throwing = (): never => {
      throw 'oops'
    }
    expect(() => parsePayload(throwing, 'b', 'a')).toThrow('oops')
  })

  it('makes __proto__ in a payload an own property, not a prototype', () => {
    const data = parsePayload('json', '{"__proto__":{"admin":true}}', 'x') as { admin?: boolean }
    expect(data.admin).toBeUndefined()
    expect(Object.hasOwn(data, '__proto__')).toBe(true)
  })
})

describe('byDataType()', () => {
  it.each([
    [{ type: 'message', data: { type: 'order.updated' } }, 'order.updated'],
    [{ type: 'message', data: { type: '' } }, ''],
    [{ type: 'tick', data: { n: 1 } }, 'tick'],
    [{ type: 'tick', data: { type: 7 } }, 'tick'],
    [{ type: 'tick', data: null }, 'tick'],
    [{ type: 'tick', data: 'text' }, 'tick'],
    [{ type: 'tick', data: undefined }, 'tick'],
  ])('routes %j by %j', (event, expected) => {
    expect(byDataType(event)).toBe(expected)
  })
})
