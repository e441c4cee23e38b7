import { describe, expect, it } from 'vitest'
import { decodeLine, encodeLine, linesOf, scanLines } from '../../../server/disk/line.ts'

const bytes = (text: string): Buffer => Buffer.from(text)
const line = (n: number): string => encodeLine({ n })

describe('a line', () => {
  it.each([{ a: 1 }, { a: 'ü😀\u2028\n\0', b: [] }, { crc: 'mine', a: { crc: '00000000' } }])('keeps %j', (value) => {
    const text = encodeLine(value)
    expect(text.indexOf('\n')).toBe(text.length - 1)
    const { crc, ...rest } = JSON.parse(text)
    expect(crc).toMatch(/^[0-9a-f]{8}$/)
    expect(rest).toEqual(Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'crc')))
    expect(decodeLine(bytes(text.slice(0, -1)))).toEqual(value)
  })

  it('is not read with any of its bits changed, or with a byte missing', () => {
    const whole = bytes(line(7).slice(0, -1))
    for (let at = 0; at < whole.length; at++) {
      for (let bit = 1; bit < 256; bit *= 2) {
        const changed = Buffer.from(whole)
        changed[at] = (changed[at] ?? 0) ^ bit
        expect(decodeLine(changed)).toBeUndefined()
      }
      expect(decodeLine(Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]))).toBeUndefined()
    }
  })

  it.each(['', '{}', 'null', '{"a":1}', ',"crc":"00000000"}', 'x'.repeat(100)])('is not %j', (text) => {
    expect(decodeLine(bytes(text))).toBeUndefined()
  })
})

it('finds every line, where it begins and whether it ends', () => {
  expect([...linesOf(bytes('ab\n\nc'))].map(({ at, line, ends }) => [at, `${line}`, ends])).toEqual([
    [0, 'ab', true],
    [3, '', true],
    [4, 'c', false],
  ])
  expect([...linesOf(bytes(''))]).toEqual([])
})

describe('a file of lines', () => {
  const one = line(1)
  const two = line(2)
  const three = line(3)
  const end = one.length + two.length

  it.each<[what: string, text: string, end: number, damage: string | undefined]>([
    ['nothing', '', 0, undefined],
    ['whole lines', one + two, end, undefined],
    ['half of a line at its end', one + two + three.slice(0, 9), end, 'torn'],
    ['a line at its end that lacks its line end', one + two + three.slice(0, -1), end, 'torn'],
    ['zeros at its end', `${one}${two}\0\0\0\0`, end, 'torn'],
    ['one byte at its end', `${one}${two}{`, end, 'torn'],
    ['nothing but half of a line', one.slice(0, 5), 0, 'torn'],
    ['a damaged line at its end', `${one}${two}${three.replace('3', '4')}`, end, 'tail'],
    ['several damaged lines at its end', `${one}${two}x\n\ny\n`, end, 'tail'],
    ['a damaged line in the middle', `${one}${two.replace('2', '4')}${three}`, one.length, 'middle'],
    ['a damaged line at its beginning', `x\n${one}`, 0, 'middle'],
    ['a line twice', one + one, one.length, 'middle'],
    ['a line too few', one + three, one.length, 'middle'],
  ])('reads a file of lines that has %s', (_, text, expected, damage) => {
    let last = 0
    const accept = ({ n }: Readonly<Record<string, unknown>>): boolean => n === last + 1 && ++last > 0
    expect(scanLines(bytes(text), accept)).toEqual({ end: expected, damage })
  })

  it('tells where each line begins and how long it is', () => {
    const seen: unknown[] = []
    scanLines(bytes(one + two), (value, at, length) => seen.push([value, at, length]) > 0)
    expect(seen).toEqual([
      [{ n: 1 }, 0, one.length],
      [{ n: 2 }, one.length, two.length],
    ])
  })
})
