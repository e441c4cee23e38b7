import { describe, expect, it } from 'vitest'
import { createLines } from '../../../codegen/base/lines.ts'

describe('the line and the column of an offset', () => {
  it.each([
    ['', 0, 1, 1],
    ['ab', 2, 1, 3],
    ['a\nb', 1, 1, 2],
    ['a\nb', 2, 2, 1],
    ['a\r\n\nb', 3, 2, 1],
    ['a\r\n\nb', 4, 3, 1],
    ['a\nb\n', 4, 3, 1],
  ])('%j has them at %i: %i and %i', (text, offset, line, column) => {
    expect(createLines(text)(offset)).toEqual({ line, column })
  })
})
