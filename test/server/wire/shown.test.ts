import { describe, expect, it } from 'vitest'
import { shown, shownToken, shownTyped } from '../../../server/wire/shown.ts'

class Order {
  id = 'A-1'
}

/** What throws whatever is asked of it. */
const hostile = new Proxy(
  {},
  {
    getPrototypeOf() {
      throw new Error('no')
    },
    ownKeys() {
      throw new Error('no')
    },
  },
)

describe('a value in a message', () => {
  it.each<[value: unknown, text: string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [0, '0'],
    [-1.5, '-1.5'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [12n, '12n'],
    [Symbol('a'), 'Symbol(a)'],
    ['', '""'],
    ['a"b\n', '"a\\"b\\n"'],
    ['x'.repeat(41), `"${'x'.repeat(40)}"`],
    [() => 'a secret', 'a function'],
    [Order, 'a function'],
    [[], 'an empty list'],
    [['ada'], 'a list of 1 string'],
    [['ada', 'bob'], 'a list of 2 strings'],
    [['ada', undefined], 'a list with undefined in it'],
    [['ada', ''], 'a list with "" in it'],
    [['ada', [7]], 'a list with a list in it'],
    [[{ id: 1 }], 'a list with an object with id in it'],
    [{}, 'an object without fields'],
    [Object.create(null), 'an object without fields'],
    [{ userId: 'ada', token: 'secret' }, 'an object with userId, token'],
    [{ ['x'.repeat(50)]: 1 }, `an object with ${'x'.repeat(40)}`],
    [new Order(), 'an object of class Order'],
    [new Map(), 'an object of class Map'],
    [Promise.resolve(1), 'an object of class Promise'],
    [new Date(Number.NaN), 'Invalid Date'],
  ])('%o is shown as %s', (value, text) => {
    expect(shown(value)).toBe(text)
  })

  it('is shown even if it throws whatever it is asked', () => {
    expect(shown(hostile)).toBe('an object')
  })

  it.each<[value: unknown, text: string]>([
    ['Bearer 01', '"Bearer 01"'],
    ['Bearer 0123456789', '"Bearer 01"…'],
    [['Bearer 0123456789'], 'a list of 1 string'],
    [7, '7'],
  ])('cuts a value that may be a token off early: %o is shown as %s', (value, text) => {
    expect(shownToken(value)).toBe(text)
  })

  it.each<[value: unknown, isToken: boolean, text: string]>([
    [5, false, 'number 5'],
    ['5', false, 'string 5'],
    ['x'.repeat(41), false, `string ${'x'.repeat(40)}`],
    ['Bearer 0123456789', true, 'string Bearer 01'],
    [null, false, 'object null'],
    [undefined, false, 'undefined'],
    [Symbol('a'), false, 'symbol Symbol(a)'],
    [[], false, 'an empty list'],
    [{ a: 1 }, false, 'an object with a'],
  ])('is shown with its type: %o, a token: %s, as %s', (value, isToken, text) => {
    expect(shownTyped(value, isToken)).toBe(text)
  })
})
