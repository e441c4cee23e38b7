import { describe, expect, it } from 'vitest'
import { headwater, type Policy } from '../../../bench/herd/policies.ts'
import { busiestSecond, type Scenario, simulate, summarize } from '../../../bench/herd/simulate.ts'
import { randomFrom } from '../../../bench/random.ts'

const never = (): number => 0
const everySecond: Policy = { name: 'every second', wait: () => 1000 }
const scenario: Scenario = { clients: 10, down: 0, perSecond: 1000, queue: 100, failure: 'status' }

describe('a simulated herd', () => {
  it('is back after one attempt each if the server is there, one after the other', () => {
    expect(simulate(everySecond, scenario, never)).toMatchObject({ total: 10, back: 1010, lost: 0 })
  })

  it('tries in vain while the server is away', () => {
    const { attempts, total, back } = simulate(everySecond, { ...scenario, down: 2500 }, never)
    expect(total).toBe(30)
    expect(attempts.flatMap((count, slice) => (count ? [[slice, count]] : []))).toEqual([
      [10, 10],
      [20, 10],
      [30, 10],
    ])
    expect(back).toBe(3010)
  })

  it('is refused where the queue is full, and comes back', () => {
    expect(simulate(everySecond, { ...scenario, queue: 4 }, never)).toMatchObject({ total: 18, lost: 0 })
  })

  it('loses the clients that give up', () => {
    const once: Policy = { name: 'once', wait: (failures) => (failures === 1 ? 1000 : null) }
    expect(simulate(once, { ...scenario, queue: 4 }, never)).toMatchObject({ total: 10, lost: 6, back: Infinity })
  })

  it('has the same outcome with the same seed, and another with another', () => {
    const run = (seed: number) => simulate(headwater, { ...scenario, clients: 1000, down: 500 }, randomFrom(seed))
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
  })

  it('counts every client once: it is back, or it gave up', () => {
    const three: Policy = { name: 'three', wait: (failures, _, random) => (failures > 3 ? null : random() * 1000) }
    const { lost, back } = simulate(three, { ...scenario, clients: 1000, down: 1200, queue: 10 }, randomFrom(3))
    expect(lost).toBeGreaterThan(0)
    expect(lost).toBeLessThan(1000)
    expect(back).toBe(Infinity)
  })
})

describe('a summary', () => {
  it('names the busiest tenth, the busiest second across its borders, and the busiest after the servers answer again', () => {
    const attempts = [0, 50, 950, 1000, 1050, 1099, 3000]
    expect(summarize(attempts, [10, 20, 30], 3, 2000)).toEqual({
      attempts: Array.from({ length: 31 }, (_, slice) => ({ 0: 2, 9: 1, 10: 3, 30: 1 })[slice] ?? 0),
      peaks: { slice: 3, second: 4, later: 1 },
      total: 7,
      back: 30,
      lost: 0,
    })
  })
})

it.each<[what: string, times: number[], count: number]>([
  ['nothing', [], 0],
  ['all within a second', [0, 450, 999], 3],
  ['the busiest of several seconds', [0, 2000, 2100, 2950, 5000], 3],
  ['a second that begins between two', [900, 950, 1000, 1850], 4],
])('busiestSecond() counts %s', (_, times, count) => {
  expect(busiestSecond(times)).toBe(count)
})
