import { describe, expect, it } from 'vitest'
import { docComment, literal, objectKey, propertyKey, quote } from '../../../codegen/emit/print.ts'

describe('a text in TypeScript', () => {
  it.each([
    ['a', "'a'"],
    ["it's", `"it's"`],
    [`it's "x"`, `'it\\'s "x"'`],
    ['say "x"', `'say "x"'`],
    ['a\\b\n\u2028', `'a\\\\b\\n\\u2028'`],
  ])('%j is quoted', (text, quoted) => {
    expect(quote(text)).toBe(quoted)
    expect(new Function(`return ${quoted}`)()).toBe(text)
  })

  it.each([
    ['id', 'id', 'id'],
    ['order.created', "'order.created'", "'order.created'"],
    ['2fa', "'2fa'", "'2fa'"],
    ['', "''", "''"],
    ['__proto__', '__proto__', "['__proto__']"],
  ])('%j is the name of a property', (name, inType, inObject) => {
    expect([propertyKey(name), objectKey(name)]).toEqual([inType, inObject])
  })
})

it.each([
  [null, 'null'],
  [-1.5, '-1.5'],
  [{}, '{}'],
  [{ a: [1, "it's"], 'b-c': true }, `{ a: [1, "it's"], 'b-c': true }`],
])('%j is a value in TypeScript', (value, text) => {
  expect(literal(value)).toBe(text)
  expect(new Function(`return ${text}`)()).toEqual(value)
})

describe('a comment', () => {
  it.each([
    [{}, ''],
    [{ description: ' \n ' }, ''],
    [{ description: 'One.' }, '/** One. */\n'],
    [{ deprecated: true }, '/** @deprecated */\n'],
    [{ description: 'One.\n\nTwo. */' }, '/**\n * One.\n *\n * Two. *\\/\n */\n'],
    [{ description: 'One.', deprecated: true }, '/**\n * One.\n * @deprecated\n */\n'],
  ])('%j has lines', (about, text) => {
    expect(docComment(about)).toBe(text)
  })
})
