import { expect, it } from 'vitest'
import { headwater, POLICIES, withDrain, withRetry } from '../../../bench/herd/policies.ts'

const half = (): number => 0.5
const named = (name: string) => POLICIES.find((policy) => policy.name.startsWith(name)) ?? headwater

it.each([
  ['headwater', [600, 1100, 2100, 4100, 8100, 15_100, 15_100]],
  ['1 s × 2', [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
  ['every 3 s', [3000, 3000, 3000, 3000, 3000, 3000, 3000]],
  ['fetch-event-source', [1000, 1000, 1000, 1000, 1000, 1000, 1000]],
  ['native EventSource', [3000, 3000, 3000, 3000, 3000, 3000, 3000]],
])('%s waits so long after failures of the network', (name, waits) => {
  expect(waits.map((_, index) => named(name).wait(index + 1, 'network', half))).toEqual(waits)
})

it('the native EventSource gives up at a status, and no other policy does', () => {
  const gaveUp = POLICIES.filter((policy) => policy.wait(1, 'status', half) === null)
  expect(gaveUp.map(({ name }) => name)).toEqual(['native EventSource'])
})

it('a `retry` of the hub is the least wait, and twice that the most of the least', () => {
  expect(withRetry(10_000).wait(1, 'network', () => 0)).toBe(10_000)
  expect(withRetry(10_000).wait(1, 'network', half)).toBe(15_000 + 7500)
})

it('a drain spreads the first attempts, and later ones are retries from the first on', () => {
  expect(withDrain(30_000).wait(1, 'network', half)).toBe(14_500)
  expect(withDrain(30_000).wait(2, 'network', half)).toBe(headwater.wait(1, 'network', half))
})
