import { describe, expect, it } from 'vitest'
import { regionOf, tokensOf } from '../../demo/page/code/source.ts'

const SOURCE = `import { a } from './a.ts'

function b() {
  // #region inner
  const c = a('x') // y

  if (c) {
    return c
  }
  // #endregion
}
// #region outer
b()
// #endregion
`

describe('the part of a source', () => {
  it('is the region of this name, moved to the left', () => {
    expect(regionOf(SOURCE, 'inner')).toBe("const c = a('x') // y\n\nif (c) {\n  return c\n}")
    expect(regionOf(SOURCE, 'outer')).toBe('b()')
  })

  it('is the whole source without a name, and without the marks', () => {
    expect(regionOf('a\n// #region b\nc\n// #endregion\n', '')).toBe('a\nc')
  })

  it('is an error for a name that the source does not have', () => {
    expect(() => regionOf(SOURCE, 'in')).toThrow('There is no region in')
  })
})

describe('the words of a source', () => {
  it('are comments, strings, keywords and the text between them', () => {
    expect(tokensOf("const c = a('if') // return")).toEqual([
      { kind: 'keyword', text: 'const' },
      { kind: '', text: ' c = a(' },
      { kind: 'string', text: "'if'" },
      { kind: '', text: ') ' },
      { kind: 'comment', text: '// return' },
    ])
  })

  it('give the source back when they are joined', () => {
    const text = tokensOf(SOURCE).map(({ text }) => text)
    expect(text.join('')).toBe(SOURCE)
  })
})
