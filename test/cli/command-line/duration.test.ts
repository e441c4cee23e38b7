import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../../cli/command-line/duration.ts'

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['10', 10_000],
    ['0', 0],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['24d', 2_073_600_000],
  ])('%s is %d ms, where a plain number is seconds', (text, ms) => {
    expect(parseDuration(text, 's')).toBe(ms)
  })

  it('may count plain numbers as milliseconds', () => {
    expect(parseDuration('10', 'ms')).toBe(10)
    expect(parseDuration('10s', 'ms')).toBe(10_000)
  })

  it.each(['', 'x', '-1', '1 s', '1y', '1e3', 's', '25d', '10s ', 'Infinity'])('%j is none', (text) => {
    expect(parseDuration(text, 's')).toBeUndefined()
  })
})
