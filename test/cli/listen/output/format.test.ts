import { describe, expect, it } from 'vitest'
import { asJson, dataOnly, forPeople, type Shown } from '../../../../cli/listen/output/format.ts'
import { payloadParser } from '../../../../cli/listen/output/payload.ts'
import { plain } from '../../../../cli/terminal/palette.ts'

const at = new Date(2026, 0, 2, 9, 5, 3, 7).getTime()

function shown(raw: string, rest: Partial<Shown> = {}): Shown {
  const data = payloadParser('auto')(raw, '') as Shown['data']
  return { type: 'tick', data, id: '', ownId: undefined, raw, receivedAt: at, ...rest }
}

describe('for people', () => {
  const format = forPeople(plain)

  it.each<[what: string, event: Shown, text: string]>([
    ['JSON', shown('{ "a": 1 }'), '09:05:03.007 tick {"a":1}'],
    ['text', shown('hello  world'), '09:05:03.007 tick hello  world'],
    ['no data', shown(''), '09:05:03.007 tick'],
    ['an id of its own', shown('1', { id: '7', ownId: '7' }), '09:05:03.007 tick #7 1'],
    ["no id of its own, but an earlier event's", shown('1', { id: '7' }), '09:05:03.007 tick 1'],
    ['an id that is taken back', shown('1', { ownId: '' }), '09:05:03.007 tick 1'],
    ['a topic', shown('1', { topic: 'orders.eu', ownId: '7' }), '09:05:03.007 tick #7 (orders.eu) 1'],
    ['several lines', shown('a\n\n b'), '09:05:03.007 tick\n    a\n    \n     b'],
    ['JSON of several lines', shown('[1,\n2]'), '09:05:03.007 tick [1,2]'],
  ])('%s', (_, event, text) => {
    expect(format(event)).toBe(text)
  })

  it('nothing of what the server sends reaches the terminal as a control', () => {
    const evil = '\x1b]0;x\x07\u009b2J\u202e'
    const text = format(shown(`${evil}\n${evil}`, { type: evil, ownId: evil, topic: evil }))
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    expect(format(shown(JSON.stringify({ [evil]: evil })))).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
  })

  it('has colours where there are any', () => {
    const text = forPeople((style, text) => `<${style}>${text}</>`)(shown('{"a":"b"}', { ownId: '7', topic: 't' }))
    expect(text).toMatch(
      /^<dim>09:05:03.007<\/> <\w+>tick<\/> <dim>#7<\/> <dim>\(t\)<\/> \{<cyan>"a"<\/>:<green>"b"<\/>\}$/,
    )
  })
})

describe('as JSON', () => {
  it.each<[what: string, event: Shown, value: unknown]>([
    ['JSON', shown('{ "a": 1 }', { id: '7' }), { type: 'tick', data: { a: 1 }, id: '7', receivedAt: at }],
    ['text', shown('a\n"b"'), { type: 'tick', data: 'a\n"b"', id: '', receivedAt: at }],
    ['a topic', shown('1', { topic: 'a.b' }), { type: 'tick', data: 1, id: '', receivedAt: at, topic: 'a.b' }],
    [
      'controls',
      shown('\x1b\u009b', { type: '\x07\u202e' }),
      { type: '\x07\u202e', data: '\x1b\u009b', id: '', receivedAt: at },
    ],
  ])('%s', (_, event, value) => {
    const line = asJson(event)
    expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    expect(JSON.parse(line)).toEqual(value)
  })

  it('has no half of a surrogate pair', () => {
    expect(asJson(shown('"\\ud83d"'))).toContain('"data":"\\ufffd",')
  })

  it('keeps numbers that JavaScript has not', () => {
    expect(asJson(shown('{"n":12345678901234567890}'))).toContain('"data":{"n":12345678901234567890},')
  })
})

describe('the data alone', () => {
  it.each([
    ['{ "a": 1 }', '{ "a": 1 }'],
    ['{"a":\n1}', '{"a":1}'],
    ['two\nlines', 'two\nlines'],
    ['\x1b[2J', '\x1b[2J'],
  ])('%j is printed as %j into a pipe', (raw, text) => {
    expect(dataOnly(false)(shown(raw))).toBe(text)
  })

  it('is safe for a terminal', () => {
    expect(dataOnly(true)(shown('a\x1b[2J\nb'))).toBe('a\\u001b[2J\nb')
  })
})
