import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexJson, pointerKey } from '../../../codegen/json/locate.ts'

const TEXT = `{
  "a": { "b\\"c": [1, { "d": "x, y: {" }, [] ] },
  "e": {},
  "f": null
}`

const locateInJson = (text: string, pointer: readonly string[]) => indexJson(text).get(pointerKey(pointer))

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

  it('is the first one of a name that is there twice', () => {
    expect(locateInJson('{"a":1,\n"a":2}', ['a'])).toEqual({ line: 1, column: 2 })
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
