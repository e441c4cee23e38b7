import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coveringPatterns, isTopic, isTopicPattern } from '../../../server/audience/topic.ts'
import { belongs } from '../../../src/hub/topic.ts'

describe('a name', () => {
  it.each<[name: unknown, topic: boolean, pattern: boolean]>([
    ['orders', true, true],
    ['a', true, true],
    ['A-Z_0.9:/x', true, true],
    ['.', true, true],
    ['orders.', true, true],
    ['a'.repeat(200), true, true],
    ['a'.repeat(201), false, false],
    ['*', false, true],
    ['orders.*', false, true],
    ['orders.eu.*', false, true],
    [`${'a'.repeat(198)}.*`, false, true],
    [`${'a'.repeat(199)}.*`, false, false],
    ['', false, false],
    ['.*', false, false],
    ['**', false, false],
    ['*.*', false, false],
    ['*.eu', false, false],
    ['orders*', false, false],
    ['orders.*.eu', false, false],
    ['orders.**', false, false],
    ['a b', false, false],
    ['a,b', false, false],
    ['a\n', false, false],
    ['a\r', false, false],
    ['a\0', false, false],
    ['a\u2028', false, false],
    ['ä', false, false],
    ['a?b', false, false],
    ['a#b', false, false],
    ['a%2E', false, false],
    [undefined, false, false],
    [null, false, false],
    [7, false, false],
    [['orders'], false, false],
    [{ toString: () => 'orders' }, false, false],
  ])('%j is a topic: %j, and can be joined: %j', (name, topic, pattern) => {
    expect(isTopic(name)).toBe(topic)
    expect(isTopicPattern(name)).toBe(pattern)
  })
})

describe('the names that cover a topic', () => {
  it.each([
    ['a', ['*', 'a']],
    ['a.b', ['*', 'a.*', 'a.b']],
    ['a.b.c', ['*', 'a.*', 'a.b.*', 'a.b.c']],
    ['a.', ['*', 'a.*', 'a.']],
    ['a..b', ['*', 'a.*', 'a..*', 'a..b']],
    ['a/b:c', ['*', 'a/b:c']],
  ])('%s: %j', (topic, patterns) => {
    expect(coveringPatterns(topic)).toEqual(patterns)
  })

  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 6 })
  const pattern = fc.oneof(
    name,
    name.map((prefix) => `${prefix}.*`),
    fc.constant('*'),
  )

  it('are those that the client thinks of, none twice', () => {
    fc.assert(
      fc.property(name, pattern, (topic, joined) => {
        const patterns = coveringPatterns(topic)
        expect(patterns.includes(joined)).toBe(belongs(joined, { type: 'x', topic }, undefined))
        expect(new Set(patterns).size).toBe(patterns.length)
      }),
      { numRuns: 1000 },
    )
  })
})
