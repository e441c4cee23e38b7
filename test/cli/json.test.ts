import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { colour, compact } from '../../cli/json.ts'

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
