import { describe, expect, it, onTestFinished } from 'vitest'
import { optionError, withDefaults } from '../../src/base/check.ts'

const DEFAULTS = {
  size: 5,
  word: 'slow',
  flag: false,
  act: (): void => {},
  group: {} as object,
  any: undefined as unknown,
}
const MORE = /^(size|group) function|^word false/

/** As JavaScript would, past the types. */
const check = (given: unknown, more?: RegExp): typeof DEFAULTS => withDefaults(DEFAULTS, given as object, more)

describe('withDefaults()', () => {
  it('fills in the defaults', () => {
    expect({ ...check({}) }).toEqual(DEFAULTS)
  })

  it('keeps what is given', () => {
    const given = { size: 0, word: '', flag: true, act() {}, group: [], any: 5 }
    expect({ ...check(given) }).toEqual(given)
  })

  it.each([undefined, null])('counts %j as left out', (nothing) => {
    expect({ ...check({ size: nothing, word: nothing, act: nothing, any: nothing }) }).toEqual(DEFAULTS)
  })

  it.each([() => {}, 'fast', 5])('refuses %s in place of options', (given) => {
    expect(() => check(given)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringMatching(/^options: expected object, got /) }),
    )
  })

  it('changes nothing of what it was given', () => {
    const given = Object.freeze({ word: 'fast' })
    const defaults = Object.freeze({ ...DEFAULTS })
    expect({ ...withDefaults(defaults, given) }).toEqual({ ...DEFAULTS, word: 'fast' })
    expect(given).toEqual({ word: 'fast' })
    expect(defaults).toEqual(DEFAULTS)
  })

  it.each([0, 0.5, 1e9, Infinity])('takes %s for a number', (size) => {
    expect(check({ size }).size).toBe(size)
  })

  it.each<unknown>([5, 'text', true, {}, () => {}, Symbol.iterator, 5n])(
    'takes %s for an option that has no default',
    (any) => {
      expect(check({ any }).any).toBe(any)
    },
  )

  it('takes the types that are allowed beyond that of the default', () => {
    const size = (): void => {}
    expect(check({ size, word: false }, MORE)).toMatchObject({ size, word: false })
  })

  it.each<[given: object, message: string]>([
    [{ size: -1 }, 'size: expected >= 0, got -1'],
    [{ size: Number.NaN }, 'size: expected >= 0, got NaN'],
    [{ size: -Infinity }, 'size: expected >= 0, got -Infinity'],
    [{ size: '5' }, 'size: expected number, got 5'],
    [{ size: 5n }, 'size: expected number, got 5'],
    [{ any: -1 }, 'any: expected >= 0, got -1'],
    [{ word: 5 }, 'word: expected string, got 5'],
    [{ flag: 'false' }, 'flag: expected boolean, got false'],
    [{ flag: 0 }, 'flag: expected boolean, got 0'],
    [{ act: {} }, 'act: expected function, got [object Object]'],
    [{ act: 'function' }, 'act: expected function, got function'],
    [{ group: () => {} }, 'group: expected object, got () => {'],
    [{ group: 'group object' }, 'group: expected object, got group object'],
    [{ constructor: 1 }, 'option: expected one of size,word,flag,act,group,any, got constructor'],
    [{ toString: () => '' }, 'option: expected one of size,word,flag,act,group,any, got toString'],
    [{ sise: 1 }, 'option: expected one of size,word,flag,act,group,any, got sise'],
    [{ sise: undefined }, 'option: expected one of size,word,flag,act,group,any, got sise'],
    [JSON.parse('{"__proto__":1}'), 'option: expected one of size,word,flag,act,group,any, got __proto__'],
  ])('refuses %o by name: %s', (given, message) => {
    expect(() => check(given)).toThrow(
      expect.objectContaining({ name: 'SSEError', code: 'options', message: expect.stringContaining(message) }),
    )
  })

  it('allows a type to the option that is named, and to no other', () => {
    expect(() => check({ word: () => {} }, MORE)).toThrow('word: expected string')
    expect(() => check({ size: true }, MORE)).toThrow('size: expected number')
    expect(() => check({ size: -1 }, MORE)).toThrow('size: expected >= 0')
    expect(() => check({ word: true }, MORE)).toThrow('word: expected string, got true')
    expect(() => check({ size: false }, MORE)).toThrow('size: expected number, got false')
  })

  it('neither takes what a page adds to Object.prototype for an option, nor a default from it', () => {
    const add = (name: string, value: unknown): void => {
      Object.defineProperty(Object.prototype, name, { configurable: true, enumerable: true, writable: true, value })
      onTestFinished(() => void Reflect.deleteProperty(Object.prototype, name))
    }
    add('size', 7)
    add('polluted', true)
    const filled = check({})
    expect(filled.size).toBe(5)
    expect('polluted' in filled).toBe(false)
    expect(() => check({ polluted: true })).toThrow('got polluted')
  })
})

describe('optionError()', () => {
  it('names the option, what it wants and what it got', () => {
    expect(optionError('topic', 'a name', 5)).toMatchObject({
      name: 'SSEError',
      code: 'options',
      message: 'topic: expected a name, got 5',
    })
  })

  it('shows no more than the beginning of a value, which may be a token', () => {
    expect(optionError('headers', 'object', 'Bearer 0123456789abcdef').message).toBe(
      'headers: expected object, got Bearer 0123456789abc',
    )
  })

  it.each<unknown>([undefined, null, Symbol('s'), [1, 2]])('shows any value: %s', (value) => {
    expect(optionError('x', 'y', value).message).toBe(`x: expected y, got ${String(value)}`)
  })
})
