import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hash } from '../../src/base/hash.ts'

/** Any text at all, halves of characters included. */
const text = fc.array(fc.nat({ max: 0xffff })).map((codes) => String.fromCharCode(...codes))

it.each([
  ['', 2314308208672495],
  ['a', 6067258333060654],
  ['b', 2717404526044285],
  ['revenge', 6972607909109735],
  ['revenue', 7189017006540245],
])('the hash of %j never changes: keys in storages depend on it', (text, expected) => {
  expect(hash(text)).toBe(expected.toString(36))
})

it('a hash is short, made of letters and digits alone, and the same each time', () => {
  fc.assert(
    fc.property(text, (text) => {
      expect(hash(text)).toMatch(/^[0-9a-z]{1,11}$/)
      expect(hash(text)).toBe(hash(text))
    }),
  )
})

it('two texts have two hashes', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(hash(a) === hash(b)).toBe(a === b)
    }),
  )
})

it('texts that hardly differ have a hash each', () => {
  const texts = Array.from({ length: 5000 }, (_, n) => `https://a.test/events?room=${n}`)
  expect(new Set(texts.map(hash)).size).toBe(texts.length)
})

it('the order of the characters counts for a hash', () => {
  expect(hash('ab')).not.toBe(hash('ba'))
})
