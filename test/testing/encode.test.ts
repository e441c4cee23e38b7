import fc from 'fast-check'
import type { WireEvent } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { encodeBlock, encodeComment } from '../../testing/encode.ts'
import { parseChunks, type Report } from '../support/wire.ts'

describe('a block', () => {
  it.each<[what: string, event: WireEvent, wire: string]>([
    ['data alone', { data: 'a' }, 'data: a\n\n'],
    ['every field', { event: 'tick', data: 'a', id: '7', retry: 50 }, 'retry: 50\nid: 7\nevent: tick\ndata: a\n\n'],
    ['a message, whose name need not be said', { event: 'message', data: 'a' }, 'data: a\n\n'],
    ['lines of data', { data: 'a\nb\r\nc\rd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
    ['a line end at the end of the data', { data: 'a\n' }, 'data: a\ndata: \n\n'],
    ['empty data', { data: '' }, 'data: \n\n'],
    ['an id alone', { id: '7' }, 'id: 7\n\n'],
    ['an empty id, which takes the last one back', { id: '', data: 'a' }, 'id: \ndata: a\n\n'],
    ['retry alone', { retry: 0 }, 'retry: 0\n\n'],
    ['a name without data', { event: 'tick' }, 'event: tick\n\n'],
  ])('is written for %s', (_, event, wire) => {
    expect(encodeBlock(event)).toBe(wire)
  })

  it.each(['\n', '\r', '\r\n'])('is refused where a name or an id has %j in it', (end) => {
    const injected = `a${end}data: forged`
    expect(() => encodeBlock({ event: injected })).toThrow(
      new TypeError('event has a line break in it; raw() sends what is not well formed'),
    )
    expect(() => encodeBlock({ id: injected })).toThrow(
      new TypeError('id has a line break in it; raw() sends what is not well formed'),
    )
  })

  it('is read as the event that was written', () => {
    const text = fc.string({ unit: 'grapheme' })
    const line = text.filter((value) => value !== '' && !/[\r\n\0]/.test(value))
    fc.assert(
      fc.property(line, text, line, fc.nat(), (event, data, id, retry) => {
        const read = parseChunks([new TextEncoder().encode(encodeBlock({ event, data, id, retry }))])
        const expected: Report[] = [
          ['retry', retry],
          ['id', id],
          ['event', event, data.replace(/\r\n?/g, '\n'), id],
        ]
        expect(read).toEqual(expected)
      }),
    )
  })
})

describe('a comment', () => {
  it.each([
    ['', ': \n\n'],
    ['ok', ': ok\n\n'],
    ['a\ndata: b\r\nc\rd', ': a\n: data: b\n: c\n: d\n\n'],
  ])('%j is one whatever is in it', (text, wire) => {
    expect(encodeComment(text)).toBe(wire)
  })
})
