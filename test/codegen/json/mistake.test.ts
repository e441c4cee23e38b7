import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstMistake } from '../../../codegen/json/mistake.ts'

describe('the first mistake in JSON', () => {
  it.each([
    ['', 1, 1, 'a value'],
    ['{\n "a": 1,\n}', 3, 1, 'a name'],
    ['{\n "a"', 2, 5, ':'],
    ['{"a": 1,\n "b": }', 2, 7, 'a value'],
    ['{"a" 1}', 1, 6, ':'],
    ['{"a": 1 "b"}', 1, 9, ', or }'],
    ['[1 2]', 1, 4, ', or ]'],
    ['[1,]', 1, 4, 'a value'],
    ['[}', 1, 2, 'a value or ]'],
    ['{ // no comments', 1, 3, 'a name or }'],
    ["{'a': 1}", 1, 2, 'a name or }'],
    ['[tru]', 1, 2, 'a value or ]'],
    ['[01]', 1, 2, 'a value or ]'],
    ['["a\\qb"]', 1, 2, 'a value or ]'],
    ['["a]', 1, 2, 'a value or ]'],
    ['1 2', 1, 3, 'the end'],
    ['{}\n}', 2, 1, 'the end'],
    ['[\u00a01]', 1, 2, 'a value or ]'],
  ])('%j has it in line %i, column %i: expected %s', (text, line, column, expected) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(firstMistake(text)).toEqual({ position: { line, column }, expected })
  })

  it('is before or at the place where something was cut out of a document', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, at) => {
        const cut = text.slice(0, at % text.length)
        const isSound = (() => {
          try {
            JSON.parse(cut)
            return true
          } catch {
            return false
          }
        })()
        const { position, expected } = firstMistake(cut)
        expect(position.line).toBe(1)
        expect(position.column).toBeLessThanOrEqual(cut.length + 1)
        expect(expected === 'the end' && position.column === cut.length + 1).toBe(isSound)
      }),
      { numRuns: 100 },
    )
  })
})
