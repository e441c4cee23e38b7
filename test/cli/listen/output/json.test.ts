import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { colour, compact, wellFormed } from '../../../../cli/listen/output/json.ts'

const bracket = (style: string, text: string): string => `<${style}>${text}</>`

describe('compact JSON', () => {
  it.each([
    ['{ "a" : [ 1,\n2 ] }', '{"a":[1,2]}'],
    ['{"a b":" c  d "}', '{"a b":" c  d "}'],
    ['{"q":"\\" x \\\\","r": 1}', '{"q":"\\" x \\\\","r":1}'],
    ['  "a"  ', '"a"'],
    [' null ', 'null'],
    ['[]', '[]'],
  ])('%s is %s', (json, text) => {
    expect(compact(json)).toBe(text)
  })

  it('keeps numbers and double keys as they were sent', () => {
    expect(compact('{"n": 12345678901234567890, "n": 1e400, "f": 1.0}')).toBe(
      '{"n":12345678901234567890,"n":1e400,"f":1.0}',
    )
  })

  it('is what JSON.stringify would write, for whatever it was written with', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t', 4), (value, space) => {
        const text = JSON.stringify(value)
        expect(compact(JSON.stringify(JSON.parse(text), null, space))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it('may have a string of megabytes, of escapes too', () => {
    const text = JSON.stringify({ a: 'x'.repeat(4_000_000), b: '"'.repeat(2_000_000) })
    expect(compact(text)).toBe(text)
  })
})

describe('well-formed JSON', () => {
  it.each([
    ['"\\ud83d\\ude00"', '"\\ud83d\\ude00"'],
    ['"\\uD83D\\uDE00"', '"\\uD83D\\uDE00"'],
    ['"\\ud83d"', '"\\ufffd"'],
    ['"\\ude00x"', '"\\ufffdx"'],
    ['"\\ude00\\ud83d"', '"\\ufffd\\ufffd"'],
    ['"\\ud83d\\ud83d\\ude00"', '"\\ufffd\\ud83d\\ude00"'],
    ['"\\ud83d\\n"', '"\\ufffd\\n"'],
    ['"\\\\ud83d"', '"\\\\ud83d"'],
    ['{"\\ud83d":"\\u001b\\""}', '{"\\ufffd":"\\u001b\\""}'],
  ])('takes %s and writes %s', (json, text) => {
    expect(wellFormed(json)).toBe(text)
  })

  it('is the same string, made well-formed, whatever it holds', () => {
    const units = fc.array(fc.constantFrom('\ud83d', '\ude00', '\\', 'u', 'd', '8', '3', '"', 'x'), { maxLength: 12 })
    fc.assert(
      fc.property(units, (parts) => {
        const text = parts.join('')
        // UTF-8 has no half pairs: the encoder puts U+FFFD for them.
        const whole = new TextDecoder().decode(new TextEncoder().encode(text))
        expect(JSON.parse(wellFormed(JSON.stringify(text)))).toBe(whole)
      }),
    )
  })
})

describe('coloured JSON', () => {
  it('has keys and strings in colours, and nothing else', () => {
    expect(colour('{"a":"b","c":[1,"d",true]}', bracket)).toBe(
      '{<cyan>"a"</>:<green>"b"</>,<cyan>"c"</>:[1,<green>"d"</>,true]}',
    )
  })

  it('tells a key by its colon', () => {
    expect(colour('{"a" : "x:y"}', bracket)).toBe('{<cyan>"a"</>:<green>"x:y"</>}')
  })
})
