import { expect, it } from 'vitest'
import { clockTime, formatDuration } from '../../../cli/terminal/time.ts'

it.each([
  [new Date(2026, 0, 2, 9, 5, 3, 7).getTime(), '09:05:03.007'],
  [new Date(2026, 6, 2, 23, 59, 59, 999).getTime(), '23:59:59.999'],
])('shows the local time of day: %d is %s', (at, text) => {
  expect(clockTime(at)).toBe(text)
})

it.each([
  [0, '0 ms'],
  [850.4, '850 ms'],
  [1000, '1 s'],
  [1249, '1.2 s'],
  [59_949, '59.9 s'],
  [59_999, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [11_400_000, '3 h 10 min'],
])('%d ms reads as %s for people', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
