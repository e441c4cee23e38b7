import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOfOpen, KINDS, planFaults } from './chaos/fault.ts'

const plans = fc.record({
  seed: fc.nat({ max: 0x7fffffff }),
  count: fc.nat({ max: 200 }),
  pause: fc.integer({ min: 1, max: 500 }),
})

describe('the plan of faults', () => {
  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(plans, ({ seed, count, pause }) => {
        expect(planFaults(seed, count, pause)).toEqual(planFaults(seed, count, pause))
      }),
    )
  })

  it('is another for another seed', () => {
    const texts = Array.from({ length: 100 }, (_, seed) => JSON.stringify(planFaults(seed, 20, 50)))
    expect(new Set(texts).size).toBe(100)
  })

  it('has so many faults, and each kind as often as the others, give or take one', () => {
    fc.assert(
      fc.property(plans, ({ seed, count, pause }) => {
        const plan = planFaults(seed, count, pause)
        expect(plan).toHaveLength(count)
        for (const kind of KINDS) {
          const own = plan.filter((fault) => fault.kind === kind).length
          expect(Math.abs(own - count / KINDS.length)).toBeLessThan(1)
        }
      }),
    )
  })

  it('has no number that a fault cannot have', () => {
    fc.assert(
      fc.property(plans, ({ seed, count, pause }) => {
        for (const fault of planFaults(seed, count, pause)) {
          expect(fault.pick >= 0 && fault.pick < 1).toBe(true)
          for (const number of [fault.bytes, fault.ms, fault.pause])
            expect(Number.isInteger(number) && number >= 0).toBe(true)
          expect(fault.pause).toBeLessThan(2 * pause)
        }
      }),
    )
  })

  it('pauses as long as it is told, on average', () => {
    const plan = planFaults(1, 10_000, 60)
    const mean = plan.reduce((sum, { pause }) => sum + pause, 0) / plan.length
    expect(mean).toBeGreaterThan(57)
    expect(mean).toBeLessThan(63)
  })
})

it('a fault is one of an open connection or one of the next', () => {
  expect(KINDS.map((kind) => [kind, isOfOpen(kind)])).toEqual([
    ['cut', true],
    ['reset', true],
    ['stall response', true],
    ['stall request', true],
    ['delay', true],
    ['truncate', true],
    ['half-close to client', true],
    ['half-close to server', true],
    ['503', false],
    ['503 with Retry-After', false],
    ['502 with HTML', false],
    ['no answer', false],
    ['refuse', false],
    ['cut request', false],
    ['double', false],
  ])
})
