import { describe, expect, it } from 'vitest'
import { outerRefs, targetOf } from '../../../codegen/json/references.ts'

describe('a $ref', () => {
  it.each<[ref: string, target: ReturnType<typeof targetOf>]>([
    ['#/$defs/a', { file: '/app/x.json', pointer: ['$defs', 'a'] }],
    ['#', { file: '/app/x.json', pointer: [] }],
    ['b.json#/a~1b/c~0d/e%20f', { file: '/app/b.json', pointer: ['a/b', 'c~d', 'e f'] }],
    ['../b%20c.yaml', { file: '/b c.yaml', pointer: [] }],
    ['sub\\b.json', { file: '/app/sub/b.json', pointer: [] }],
    ['https://example.com/b.json#/a', { file: undefined, pointer: ['a'] }],
    ['urn:example:order', { file: undefined, pointer: [] }],
    ['#anchor', undefined],
    ['#/a%zz', undefined],
    ['//[', undefined],
  ])('%s leads to %j', (ref, target) => {
    expect(targetOf(ref, '/app/x.json')).toEqual(target)
  })

  it('leads out of a file, unless it begins with #', () => {
    const value = { a: [{ $ref: '#/b' }, { $ref: 'b.json' }], properties: { $ref: { $ref: 'c.json' } } }
    expect(outerRefs(value)).toEqual([
      { ref: 'b.json', pointer: ['a', '1'] },
      { ref: 'c.json', pointer: ['properties', '$ref'] },
    ])
  })
})
