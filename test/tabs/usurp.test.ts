import { expect, it } from 'vitest'
import { mayUsurp } from '../../src/tabs/usurp.ts'

const NOW = 10_000_000

it.each([
  ['nobody was ever taken for dead', [], 'now'],
  ['the last time was a moment ago', [0], 'later'],
  ['the last time was almost half a minute ago', [29_999], 'later'],
  ['the last time was half a minute ago', [30_000], 'now'],
  ['twice in ten minutes', [599_999, 30_000], 'now'],
  ['twice, the second time a moment ago', [100_000, 1], 'later'],
  ['three times in ten minutes', [599_999, 100_000, 30_000], 'never'],
  ['three times, all of them a moment ago', [3, 2, 1], 'never'],
  ['three times, the first of them ten minutes ago', [600_000, 100_000, 30_000], 'now'],
  ['often, but all of it long ago', [900_000, 800_000, 700_000, 600_000], 'now'],
] as const)('%s', (_, ago, answer) => {
  const times = ago.map((ms) => NOW - ms)
  expect(mayUsurp(times, NOW)).toBe(answer)
})
