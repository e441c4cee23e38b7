import { describe, expect, it } from 'vitest'
import { drainOf } from '../../../server/options/drain.ts'

describe('drainOf()', () => {
  it.each<[options: unknown, drain: number]>([
    [undefined, 7],
    [{}, 7],
    [{ drain: undefined }, 7],
    [{ drain: 0 }, 0],
    [{ drain: 5000 }, 5000],
    [{ drain: Infinity }, Infinity],
    // process.once('SIGTERM', hub.close)
    ['SIGTERM', 7],
  ])('takes %o as %d ms', (options, drain) => {
    expect(drainOf(options, 7)).toBe(drain)
  })

  it.each<[options: unknown, message: string]>([
    [5000, 'close expects { drain: milliseconds }, got 5000'],
    [null, 'close expects { drain: milliseconds }, got null'],
    [{ timeout: 5000 }, 'close expects { drain: milliseconds }, got an object with timeout'],
    [{ drain: '5s' }, 'drain expects a number of milliseconds, got "5s"'],
    [{ drain: -1 }, 'drain expects a number of milliseconds, got -1'],
    [{ drain: Number.NaN }, 'drain expects a number of milliseconds, got NaN'],
    [{ drain: null }, 'drain expects a number of milliseconds, got null'],
  ])('refuses %o', (options, message) => {
    expect(() => drainOf(options, 0)).toThrow(new TypeError(message))
  })

  it('refuses more than the most that is possible', () => {
    expect(() => drainOf({ drain: Infinity }, 0, Number.MAX_VALUE)).toThrow(
      new TypeError('drain expects a number of milliseconds, got Infinity'),
    )
  })
})
