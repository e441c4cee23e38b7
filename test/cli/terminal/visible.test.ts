import { expect, it } from 'vitest'
import { cut, visible } from '../../../cli/terminal/visible.ts'

it.each([
  ['an escape', '\x1b[2J', '\\u001b[2J'],
  ['C1, which holds a CSI of one character', '\u009b31m', '\\u009b31m'],
  ['DEL, NUL, BEL and line ends', '\x7f\0\x07\n\r', '\\u007f\\u0000\\u0007\\u000a\\u000d'],
  ['what turns the direction of writing', 'a\u202eb\u2066c\u200f', 'a\\u202eb\\u2066c\\u200f'],
  ['separators of lines, and a BOM', '\u2028\u2029\ufeff', '\\u2028\\u2029\\ufeff'],
])('shows %s', (_, text, shown) => {
  expect(visible(text)).toBe(shown)
})

it.each(['plain', 'a\tb', '注文 é ñ', '👩‍👧 🇩🇪', 'back\\slash'])('leaves %j as it is', (text) => {
  expect(visible(text)).toBe(text)
})

it('leaves JSON the same value', () => {
  const value = { a: '\u009b2J', b: '\x7f\u202e\u2028' }
  const shown = visible(JSON.stringify(value))
  expect(shown).not.toMatch(/[\x7f-\x9f\u202e\u2028]/)
  expect(JSON.parse(shown)).toEqual(value)
})

it('cuts what is long, and says how long it was', () => {
  expect(cut('abc', 3)).toBe('abc')
  expect(cut('abcdef', 3)).toBe('abc… (6 characters)')
})
