import { describe, expect, it } from 'vitest'
import { fill, type Spec, wrong } from '../../../server/options/check.ts'

interface Options {
  readonly size?: number | undefined
  readonly mode?: 'slow' | 'fast' | false | undefined
  readonly on?: (() => void) | undefined
  readonly extra?: object | undefined
}

const SPEC: Spec<Options> = {
  size: ['number from 0', 5],
  mode: ["'slow'|'fast'|false", 'slow'],
  on: ['function'],
  extra: ['object'],
}

/** As JavaScript would, past the types. */
const check = (given: unknown): Options => fill(SPEC, given as Options)

describe('fill()', () => {
  it('fills in the defaults, and leaves what has none undefined', () => {
    expect(check({})).toEqual({ size: 5, mode: 'slow', on: undefined, extra: undefined })
  })

  it('keeps what is given, undefined apart', () => {
    const given = { size: 0, mode: false, on() {}, extra: {} }
    expect(check(given)).toEqual(given)
    expect(check({ size: undefined })).toMatchObject({ size: 5 })
  })

  it('refuses an option that is inherited: left out, a check of who may connect would let everybody in', () => {
    class Config {
      on(): void {}
    }
    expect(() => check(new Config())).toThrow(
      'on expects a field of the object itself; this one is inherited, got function on() {',
    )
    expect(() => check(Object.create({ mode: 'fast' }))).toThrow(/^mode expects a field of the object itself/)
  })

  it('changes nothing of what it was given', () => {
    const given = Object.freeze({ mode: 'fast' })
    expect(check(given)).not.toBe(given)
    expect(given).toEqual({ mode: 'fast' })
  })

  it.each([0, 0.5, 1e9, Infinity])('takes %s for a number', (size) => {
    expect(check({ size }).size).toBe(size)
  })

  it.each<[given: object, message: string]>([
    [{ size: -1 }, 'size expects number from 0, got number -1'],
    [{ size: Number.NaN }, 'size expects number from 0, got number NaN'],
    [{ size: '5' }, 'size expects number from 0, got string 5'],
    [{ mode: 'quick' }, "mode expects 'slow'|'fast'|false, got string quick"],
    [{ mode: true }, "mode expects 'slow'|'fast'|false, got boolean true"],
    [{ mode: 0 }, "mode expects 'slow'|'fast'|false, got number 0"],
    [{ on: {} }, 'on expects function, got an object without fields'],
    [{ extra: () => {} }, 'extra expects object, got function () => {}'],
    [{ mode: 'false' }, "mode expects 'slow'|'fast'|false, got string false"],
    [{ on: 'function' }, 'on expects function, got string function'],
    [{ size: 'number from 0' }, 'size expects number from 0, got string number from 0'],
    [{ constructor: 1 }, 'constructor is no option; there are size, mode, on, extra'],
    [{ sise: 1 }, 'sise is no option; there are size, mode, on, extra'],
  ])('refuses %o by name, and says what is wanted', (given, message) => {
    expect(() => check(given)).toThrow(expect.objectContaining({ name: 'SSEError', code: 'options', message }))
  })

  it.each([null, undefined, 'GET', 5])('refuses %j in place of the options', (given) => {
    expect(() => check(given)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringMatching(/^options expects an object, got /) }),
    )
  })
})

describe('wrong()', () => {
  it('shows no more than the beginning of a value, and keeps the cause', () => {
    const cause = new Error('why')
    const error = wrong('headers', 'object', 'Bearer 0123456789', cause)
    expect(error.message).toBe('headers expects object, got string Bearer 01')
    expect(error.cause).toBe(cause)
  })

  it.each<[wants: string, value: unknown, got: string]>([
    [
      'number from 0|false',
      'fifteen seconds after the last event, or 16',
      'string fifteen seconds after the last event, or',
    ],
    ['a URL', 'https://app.example.com/with/a/path', 'string https://app.example.com/with/a/path'],
    ['function', 'Bearer 0123456789', 'string Bearer 01'],
    ['a list', { origin: 'secret', more: 1 }, 'an object with origin, more'],
    ['object', Symbol('a'), 'symbol Symbol(a)'],
    ['object', null, 'object null'],
  ])('shows enough of a value that wants to be %s: %o', (wants, value, got) => {
    expect(wrong('option', wants, value).message).toBe(`option expects ${wants}, got ${got}`)
  })
})
