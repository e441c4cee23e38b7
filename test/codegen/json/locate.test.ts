import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { locateInJson, syntaxErrorPlace } from '../../../codegen/json/locate.ts'

const TEXT = `{
  "a": { "b\\"c": [1, { "d": "x, y: {" }, [] ] },
  "e": {},
  "f": null
}`

describe('a place in JSON', () => {
  it.each([
    [[], 1, 1],
    [['a'], 2, 3],
    [['a', 'b"c'], 2, 10],
    [['a', 'b"c', '0'], 2, 19],
    [['a', 'b"c', '1', 'd'], 2, 24],
    [['a', 'b"c', '2'], 2, 42],
    [['e'], 3, 3],
    [['f'], 4, 3],
  ])('%j has a line and a column', (pointer, line, column) => {
    expect(locateInJson(TEXT, pointer)).toEqual({ line, column })
  })

  it.each([[['x']], [['a', 'b']], [['a', 'b"c', '3']], [['e', '0']]])('%j is not there', (pointer) => {
    expect(locateInJson(TEXT, pointer)).toBeUndefined()
  })

  it('is found for every value of any document, where the value stands', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const text = JSON.stringify(value, undefined, 1)
        for (const [pointer, inner] of valuesOf(value)) {
          const { line = 0, column = 0 } = locateInJson(text, pointer) ?? {}
          const found = text
            .split('\n')
            .slice(line - 1)
            .join('\n')
            .slice(column - 1)
          expect(found.startsWith(JSON.stringify(pointer.at(-1) ?? '')) || found.startsWith(startOf(inner))).toBe(true)
        }
      }),
      { numRuns: 50 },
    )
  })
})

const startOf = (value: unknown): string =>
  Array.isArray(value) ? '[' : typeof value === 'object' && value ? '{' : JSON.stringify(value)

function valuesOf(value: unknown, pointer: readonly string[] = []): [readonly string[], unknown][] {
  const inner = typeof value === 'object' && value ? Object.entries(value) : []
  return [[pointer, value], ...inner.flatMap(([key, each]) => valuesOf(each, [...pointer, key]))]
}

describe('a mistake in JSON', () => {
  it.each([
    ['{\n "a": 1,\n}', 3],
    ['{\n "a"', 2],
    ['', 1],
  ])('%j has a line', (text, line) => {
    let error = new Error()
    try {
      JSON.parse(text)
    } catch (thrown) {
      error = thrown as Error
    }
    expect(syntaxErrorPlace('/a.json', text, error)).toMatchObject({ file: '/a.json', line })
  })
})
