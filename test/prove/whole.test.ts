import { expect, it } from 'vitest'
import { isWhole } from './whole.ts'

it.each<[what: string, numbers: number[], whole: boolean]>([
  ['all events', [3, 4, 5, 6], true],
  ['earlier events too', [1, 2, 3, 4, 5, 6], true],
  ['no event', [], false],
  ['all but the first', [4, 5, 6], false],
  ['all but one in the middle', [3, 5, 6], false],
  ['all but the last', [3, 4, 5], false],
  ['an event twice', [3, 4, 4, 5, 6], false],
  ['the last event twice', [3, 4, 5, 6, 6], false],
  ['two events in the wrong order', [3, 5, 4, 6], false],
  ['an event that nobody published', [3, 4, 5, 6, 7], false],
])('isWhole() judges a listener that heard %s', (_, numbers, whole) => {
  expect(isWhole(numbers, 3, 6)).toBe(whole)
})
