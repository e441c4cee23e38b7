import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hash } from '../src/hash.ts'

/** Any text at all, halves of characters included. */
const text = fc.array(fc.nat({ max: 0xffff })).map((codes) => String.fromCharCode(...codes))

it.each([
  ['', 3338908027751811],
  ['a', 7929297801672961],
  ['b', 8684336938537663],
  ['revenge', 4051478007546757],
  ['revenue', 8309097637345594],
])('of %j is what it always was, and what others make of it: keys in storages depend on it', (text, expected) => {
  expect(hash(text)).toBe(expected.toString(36))
})

it('of any text is short, made of letters and digits alone, and the same each time', () => {
  fc.assert(
    fc.property(text, (text) => {
      expect(hash(text)).toMatch(/^[0-9a-z]{1,11}$/)
      expect(hash(text)).toBe(hash(text))
    }),
  )
})

it('of two texts differs', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(hash(a) === hash(b)).toBe(a === b)
    }),
  )
})

it('of texts that hardly differ is another for each', () => {
  const texts = Array.from({ length: 5000 }, (_, n) => `https://a.test/events?room=${n}`)
  expect(new Set(texts.map(hash)).size).toBe(texts.length)
})

it('minds the order', () => {
  expect(hash('ab')).not.toBe(hash('ba'))
})
