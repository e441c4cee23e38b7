import { createClock } from 'headwater/testing'
import { expect, it, vi } from 'vitest'
import { withoutHolding } from '../../../server/log/without-holding.ts'
import { systemClock } from '../../../src/base/clock.ts'

it('has timers that do not keep the process alive', () => {
  const clock = withoutHolding(systemClock)
  const timer = clock.setTimeout(() => {}, 60_000) as NodeJS.Timeout
  expect(timer.hasRef()).toBe(false)
  clock.clearTimeout(timer)
})

it('takes every kind of timer', () => {
  const inner = createClock()
  for (const timer of [7, null, undefined, {}]) {
    const clock = withoutHolding({ ...inner, setTimeout: () => timer })
    expect(clock.setTimeout(vi.fn(), 1)).toBe(timer)
  }
})
