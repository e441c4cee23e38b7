import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { composeTopics, coveringPatterns, isTopic, toTopic, toTopicPattern } from '../../../server/audience/topic.ts'
import { belongs } from '../../../src/hub/topic.ts'
import { anyText } from '../../support/text.ts'

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
    ['ä', true, true],
    ['prüfung.größe', true, true],
    ['заказы.*', false, true],
    ['注文:東京/٣', true, true],
    ['𝒜'.repeat(100), true, true],
    [`a${'𝒜'.repeat(100)}`, false, false],
    ['u\u0308', true, true],
    ['u\u0308'.repeat(200), true, true],
    ['u\u0308'.repeat(201), false, false],
    [`${'u\u0308'.repeat(198)}.*`, false, true],
    [`${'u\u0308'.repeat(199)}.*`, false, false],
    ['a\u200b', false, false],
    ['a\u202eb', false, false],
    ['a\ud800', false, false],
    ['😀', false, false],
    ['a\u00a0b', false, false],
    ['a\uff0cb', false, false],
    ['a'.repeat(1_000_000), false, false],
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
    expect(toTopic(name) !== undefined).toBe(topic)
    expect(toTopicPattern(name) !== undefined).toBe(pattern)
  })
})

describe('a name of several spellings', () => {
  it.each([
    ['pru\u0308fung', 'prüfung'],
    ['prüfung', 'prüfung'],
    ['\u212b', 'å'.toUpperCase()],
    ['\u1100\u1161', '가'],
    ['q\u0323\u0307', 'q\u0323\u0307'],
    ['q\u0307\u0323', 'q\u0323\u0307'],
  ])('%j is one topic: %j', (name, composed) => {
    expect(toTopic(name)).toBe(composed)
    expect(toTopicPattern(name)).toBe(composed)
    expect(toTopicPattern(`${name}.*`)).toBe(`${composed}.*`)
  })

  it('is not composed if it is too long for a topic in any spelling', () => {
    const compose = vi.spyOn(String.prototype, 'normalize')
    onTestFinished(() => compose.mockRestore())
    expect(toTopicPattern('u\u0308'.repeat(401))).toBeUndefined()
    expect(compose).not.toHaveBeenCalled()
    expect(toTopicPattern('u\u0308')).toBe('ü')
    expect(compose).toHaveBeenCalledTimes(1)
  })

  const letter = fc
    .integer({ min: 0x20, max: 0x1ffff })
    .map((code) => String.fromCodePoint(code))
    .filter((character) => /[\p{L}\p{M}\p{N}]/u.test(character))
  const composing = fc.constantFrom('a', 'u', '\u0308', '\u0301', '\u0323', '\u1100', '\u1161', '\u11a8', '.')
  const text = fc.oneof(anyText(20), fc.string({ unit: fc.oneof(letter, composing), maxLength: 20 }))

  it('is composed once: nothing changes the second time, and a wildcard covers what begins like it', () => {
    fc.assert(
      fc.property(text, (name) => {
        const topic = toTopic(name)
        if (topic === undefined) return
        expect(toTopic(topic)).toBe(topic)
        expect(topic).toBe(name.normalize('NFC'))
        expect(coveringPatterns(toTopic(`${name.normalize('NFD')}.x`) ?? '')).toContain(toTopicPattern(`${name}.*`))
      }),
      { numRuns: 2000 },
    )
  })

  it.each<[target: object, composed: object]>([
    [
      { topic: 'u\u0308', userId: 'u\u0308' },
      { topic: 'ü', userId: 'u\u0308' },
    ],
    [
      { resource: 'u\u0308', event: 'x' },
      { resource: 'ü', event: 'x' },
    ],
    [{ topic: 'u\u0308 u' }, { topic: 'u\u0308 u' }],
    [{ topic: 7 }, { topic: 7 }],
    [{}, {}],
  ])('is composed in a target: %j', (target, composed) => {
    expect(composeTopics(target)).toEqual(composed)
  })

  it('leaves a target alone that has no such name', () => {
    const target = { topic: 'orders', resource: 'ü', userId: 'ada' }
    expect(composeTopics(target)).toBe(target)
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
