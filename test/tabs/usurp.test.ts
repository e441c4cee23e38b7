import { expect, it } from 'vitest'
import { mayUsurp } from '../../src/tabs/usurp.ts'

const NOW = 10_000_000

it.each([
  ['now', 'it was never taken', []],
  ['later', 'it was taken a moment ago', [0]],
  ['later', 'it was taken almost half a minute ago', [29_999]],
  ['now', 'it was taken half a minute ago', [30_000]],
  ['now', 'it was taken twice in ten minutes', [599_999, 30_000]],
  ['later', 'it was taken twice, the second time a moment ago', [100_000, 1]],
  ['never', 'it was taken three times in ten minutes', [599_999, 100_000, 30_000]],
  ['never', 'it was taken three times a moment ago', [3, 2, 1]],
  ['now', 'it was taken three times, the first of them ten minutes ago', [600_000, 100_000, 30_000]],
  ['now', 'it was taken often, but long ago', [900_000, 800_000, 700_000, 600_000]],
] as const)('the lead of a silent leader may be taken %s if %s', (answer, _, ago) => {
  const times = ago.map((ms) => NOW - ms)
  expect(mayUsurp(times, NOW)).toBe(answer)
})
