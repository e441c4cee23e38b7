import fc from 'fast-check'
import { encodeEvent, type WireEvent } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { toJSON } from '../../../server/wire/encode.ts'
import { parseChunks, type Report } from '../../support/wire.ts'

describe('a block', () => {
  it.each<[what: string, event: WireEvent, wire: string]>([
    ['data alone', { data: 'a' }, 'data: a\n\n'],
    ['every field', { event: 'tick', data: 'a', id: '7', retry: 50 }, 'retry: 50\nid: 7\nevent: tick\ndata: a\n\n'],
    ['a message, whose name need not be said', { event: 'message', data: 'a' }, 'data: a\n\n'],
    ['lines of data', { data: 'a\nb\r\nc\rd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
    ['a line end at the end of the data', { data: 'a\n' }, 'data: a\ndata: \n\n'],
    ['empty data', { data: '' }, 'data: \n\n'],
    ['data that is no text, as JSON', { data: { a: ['b\n'] } }, 'data: {"a":["b\\n"]}\n\n'],
    ['null', { data: null }, 'data: null\n\n'],
    ['an id alone', { id: '7' }, 'id: 7\n\n'],
    ['an empty id, which takes the last one back', { id: '', data: 'a' }, 'id: \ndata: a\n\n'],
    ['retry alone', { retry: 0 }, 'retry: 0\n\n'],
    ['a name without data', { event: 'tick' }, 'event: tick\n\n'],
    ['an empty comment', { comment: '' }, ': \n\n'],
    ['a comment ahead of the fields', { comment: 'ok', data: 'a' }, ': ok\ndata: a\n\n'],
    ['lines of a comment', { comment: 'a\ndata: b\r\nc\rd' }, ': a\n: data: b\n: c\n: d\n\n'],
  ])('is written for %s', (_, event, wire) => {
    expect(encodeEvent(event)).toBe(wire)
  })

  it.each(['\n', '\r', '\r\n', '\0'])('is refused where a name or an id has %j in it', (end) => {
    const injected = `a${end}data: forged`
    expect(() => encodeEvent({ event: injected })).toThrow(
      new TypeError(`event has a line end or NUL in it, which would end the field early: ${JSON.stringify(injected)}`),
    )
    expect(() => encodeEvent({ id: injected })).toThrow(/^id has a line end or NUL in it/)
  })

  it('is refused where a comment has NUL in it', () => {
    expect(() => encodeEvent({ comment: 'a\0' })).toThrow(/^comment has/)
  })

  it.each<[retry: unknown, shown: string]>([
    [-1, '-1'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [Infinity, 'Infinity'],
    ['5', '"5"'],
    [Symbol('5'), 'Symbol(5)'],
  ])('is refused with retry %s', (retry, shown) => {
    expect(() => encodeEvent({ retry: retry as number })).toThrow(
      `retry expects a whole number of milliseconds, got ${shown}`,
    )
  })

  it('replaces values as JSON.stringify does', () => {
    const seen: unknown[] = []
    const json = toJSON({ a: 12n, b: [new Date(0)], c: undefined }, 'data', function (this: unknown, key, value) {
      seen.push([key, this === value])
      return typeof value === 'bigint' ? { $bigint: `${value}` } : value
    })
    expect(json).toBe('{"a":{"$bigint":"12"},"b":["1970-01-01T00:00:00.000Z"]}')
    expect(seen).toContainEqual(['$bigint', false])
    expect(toJSON(undefined, 'data', (_, value) => value ?? 'none')).toBe('"none"')
  })

  it.each<[what: string, replacer: (key: string, value: unknown) => unknown, message: string]>([
    [
      'throws',
      () => {
        throw new Error('why')
      },
      'data cannot be sent as JSON: Error: why',
    ],
    ['leaves nothing', () => undefined, 'data cannot be sent as JSON: nothing is left of it'],
    [
      'leaves a BigInt',
      (_, value) => value,
      'data cannot be sent as JSON: TypeError: Do not know how to serialize a BigInt',
    ],
  ])('is refused where the replacer %s', (_, replacer, message) => {
    expect(() => toJSON({ a: 1n }, 'data', replacer)).toThrow(new TypeError(message))
  })

  it('is refused for data that JSON cannot say, with the reason', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(() => encodeEvent({ data: circle })).toThrow(/^data cannot be sent as JSON: TypeError: Converting circular/)
    expect(() => encodeEvent({ data: 1n })).toThrow(/BigInt/)
    expect(() => encodeEvent({ data: () => {} })).toThrow('data cannot be sent as JSON: it is a function')
  })

  it('is read as the event that was written', () => {
    const text = fc.string({ unit: 'grapheme' })
    const line = text.filter((value) => value !== '' && !/[\r\n\0]/.test(value))
    fc.assert(
      fc.property(line, text, line, fc.nat(), (event, data, id, retry) => {
        const read = parseChunks([new TextEncoder().encode(encodeEvent({ event, data, id, retry }))])
        const expected: Report[] = [
          ['retry', retry],
          ['block', event, data.replace(/\r\n?/g, '\n'), id],
        ]
        expect(read).toEqual(expected)
      }),
    )
  })
})
