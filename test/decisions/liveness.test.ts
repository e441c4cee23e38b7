import { describe, expect, it } from 'vitest'
import { silenceLimit, type Verdict, verdict } from '../../src/decisions/liveness.ts'

describe('silenceLimit()', () => {
  it.each<[option: 'auto' | number | false, announced: number, gaps: number[], expected: number]>([
    ['auto', 0, [], Infinity],
    ['auto', 0, [15_000], Infinity],
    ['auto', 0, [15_000, 15_000], 37_500],
    ['auto', 0, [5000, 40_000, 5000], 100_000],
    ['auto', 0, [4000, 4000], 10_000],
    ['auto', 0, [4001, 4000], 10_002.5],
    ['auto', 0, [500, 500], 10_000],
    ['auto', 15_000, [], 37_500],
    ['auto', 4000, [], 10_000],
    ['auto', 1000, [], 10_000],
    ['auto', Infinity, [15_000, 15_000], Infinity],
    ['auto', 20_000, [5000, 5000], 50_000],
    [3000, 0, [], 3000],
    [3000, 15_000, [15_000, 15_000], 3000],
    [1, 0, [], 1],
    [0, 15_000, [], Infinity],
    [Infinity, 15_000, [], Infinity],
    [false, 15_000, [15_000, 15_000], Infinity],
  ])('makes of the option %j, announced %d and the gaps %j: %d ms', (option, announced, gaps, expected) => {
    expect(silenceLimit(option, announced, gaps)).toBe(expected)
  })
})

describe('verdict()', () => {
  it.each<[silence: number, limit: number, late: number, slept: boolean, doubted: boolean, expected: Verdict]>([
    // Shorter than the limit.
    [0, 37_500, 0, false, false, 'alive'],
    [37_499, 37_500, 0, false, false, 'alive'],
    [37_499, 37_500, 5001, false, false, 'alive'],
    [37_499, 37_500, 0, true, false, 'alive'],
    [37_499, 37_500, 5000, true, false, 'alive'],
    [37_499, 37_500, 5001, true, false, 'doubtful'],
    // Any silence is normal.
    [86_400_000, Infinity, 0, false, false, 'alive'],
    [86_400_000, Infinity, 86_400_000, false, false, 'alive'],
    [86_400_000, Infinity, 5000, true, false, 'alive'],
    [86_400_000, Infinity, 5001, true, false, 'doubtful'],
    // Too long: the timer may be late by two seconds.
    [37_500, 37_500, 0, false, false, 'dead'],
    [37_500, 37_500, 2000, false, false, 'dead'],
    [37_500, 37_500, 2001, false, false, 'doubtful'],
    [37_500, 37_500, 2000, true, false, 'dead'],
    [37_500, 37_500, 2001, true, false, 'doubtful'],
    [5000, 5000, 2000, false, false, 'dead'],
    [5000, 5000, 2001, false, false, 'doubtful'],
    [8000, 8000, 2000, true, false, 'dead'],
    [8000, 8000, 2001, true, false, 'doubtful'],
    // A timer that is early, as the wall clock was set back.
    [37_500, 37_500, -3_600_000, false, false, 'dead'],
    [37_499, 37_500, -3_600_000, true, false, 'alive'],
    // Doubted, and silent since.
    [0, 37_500, 0, false, true, 'reopen'],
    [1000, 37_500, 0, true, true, 'reopen'],
    [37_500, 37_500, 0, false, true, 'reopen'],
    [37_500, 37_500, 9376, true, true, 'reopen'],
    [86_400_000, Infinity, 5001, true, true, 'reopen'],
  ])(
    'silent for %d ms of %d, late by %d, slept %j, doubted %j: %s',
    (silence, limit, late, slept, doubted, expected) => {
      expect(verdict(silence, limit, late, slept, doubted)).toBe(expected)
    },
  )
})
