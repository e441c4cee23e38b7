import { expect, it } from 'vitest'
import { quote } from '../../../testing/script/quote.ts'

const circle: { self?: unknown } = {}
circle.self = circle

it.each<[value: unknown, text: string]>([
  [{ send: { data: 1 } }, '{"send":{"data":1}}'],
  ['a\n', '"a\\n"'],
  [undefined, 'undefined'],
  [null, 'null'],
  [() => 1, 'undefined'],
  [{ a: 1n }, '[object Object]'],
  [1n, '1'],
  [circle, '[object Object]'],
])('shows %s as %s', (value, text) => {
  expect(quote(value)).toBe(text)
})
