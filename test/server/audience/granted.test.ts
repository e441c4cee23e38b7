import { describe, expect, it } from 'vitest'
import { isGranted } from '../../../server/audience/granted.ts'

describe('an answer', () => {
  it.each([
    [true, true],
    [false, false],
    [undefined, false],
    [null, false],
    [0, false],
    ['', false],
    [Number.NaN, false],
  ])('%o grants: %j', (answer, granted) => {
    expect(isGranted(answer, 'authorize')).toBe(granted)
  })

  it.each<[unknown, string]>([
    [1, '1'],
    ['yes', '"yes"'],
    ['false', '"false"'],
    [{}, 'an object without fields'],
    [[], 'an empty list'],
    [Promise.resolve(true), 'a promise'],
    [Symbol('s'), 'Symbol(s)'],
    [new Boolean(false), 'an object of class Boolean'],
  ])('%o grants nothing, and is an error', (answer, got) => {
    expect(() => isGranted(answer, 'authorize')).toThrow(
      new TypeError(`authorize must answer true or false, got ${got}`),
    )
  })

  it('grants nothing if it is a function, which is an error', () => {
    expect(() => isGranted(() => true, 'canReset')).toThrow(TypeError)
  })
})
