import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createSSE } from 'headwater'
import { describe, expect, it } from 'vitest'
import { createProgress, repeat, watch } from './soak/load.ts'
import { HEAD, rowOf } from './soak/row.ts'
import { SAMPLES, SOAKS, type Soak, stepOf } from './soak/soaks.ts'
import { afterWarmUp, judge, NOISE, type Sample, slopeOf } from './soak/verdict.ts'

/*
 * How a soak is judged. What it runs is too long for a test.
 */

/** Twenty samples, 100 operations apart. */
const samples = (bytes: (done: number) => number, counts: (done: number) => Sample['counts'] = () => ({})): Sample[] =>
  Array.from({ length: 20 }, (_, n) => (n + 1) * 100).map((done) => ({
    done,
    bytes: bytes(done),
    counts: counts(done),
  }))

/** What chance adds to a heap: up and down, the same in each run. */
const wobble = (done: number): number => ((done / 100) % 2 ? 100_000 : -100_000)

describe('the slope of a line through points', () => {
  it.each<[string, [number, number][], number]>([
    [
      'two points',
      [
        [0, 1],
        [2, 5],
      ],
      2,
    ],
    [
      'points on one line, in any order',
      [
        [3, 7],
        [1, 3],
        [2, 5],
      ],
      2,
    ],
    [
      'a line that falls',
      [
        [0, 10],
        [10, 0],
      ],
      -1,
    ],
    [
      'the line between points that are not on one',
      [
        [0, 0],
        [1, 2],
        [2, 1],
        [3, 3],
      ],
      0.8,
    ],
    [
      'points of the same height',
      [
        [0, 4],
        [1, 4],
        [9, 4],
      ],
      0,
    ],
    ['one point, which has no slope', [[3, 3]], 0],
    [
      'points above each other, which have none',
      [
        [3, 3],
        [3, 9],
      ],
      0,
    ],
    ['no point', [], 0],
  ])('is that of %s', (_, points, slope) => {
    expect(slopeOf(points)).toBeCloseTo(slope, 12)
  })
})

it('the first quarter of the operations is not judged', () => {
  expect(afterWarmUp(samples(() => 0)).map(({ done }) => done)).toEqual(
    Array.from({ length: 16 }, (_, n) => 500 + n * 100),
  )
  expect(afterWarmUp([])).toEqual([])
})

describe('the verdict on memory', () => {
  it.each<[string, (done: number) => number, boolean]>([
    ['stays the same: flat', () => 20e6, true],
    ['goes up and down: flat', (done) => 20e6 + wobble(done), true],
    ['falls: flat', (done) => 20e6 - done * 1000, true],
    ['grows in the warm-up only: flat', (done) => 20e6 + Math.min(done, 500) * 10_000, true],
    ['grows by a little less than the bound: flat', (done) => 20e6 + done * 99, true],
    ['grows by a little more than the bound', (done) => 20e6 + done * 101, false],
    ['grows while it goes up and down', (done) => 20e6 + done * 300 + wobble(done), false],
    ['grows after a fall', (done) => 20e6 + (done < 500 ? 10e6 : done * 1000), false],
  ])('judges memory that %s', (_, bytes, isFlat) => {
    expect(judge(samples(bytes)).isFlat).toBe(isFlat)
  })

  it('says by how much the line rises, and from which slope on memory grows', () => {
    const verdict = judge(samples((done) => 20e6 + done * 50))
    expect(verdict.bytesPerOperation).toBeCloseTo(50, 6)
    expect(verdict.growth).toBeCloseTo(75_000, 3)
    expect(verdict.bound).toBeCloseTo(NOISE / 1500, 6)
    expect(
      judge(
        samples((done) => 20e6 + done * 50),
        50_000,
      ).isFlat,
    ).toBe(false)
  })
})

describe('the verdict on a count', () => {
  it.each<[string, (done: number) => number, boolean]>([
    ['stays the same: flat', () => 7, false],
    ['differs by three, as a pool of connections does: flat', (done) => (done < 1000 ? 1 : 4), false],
    ['is high for a while: flat', (done) => (done > 800 && done < 1200 ? 99 : 1), false],
    ['is high at the end and was so before: flat', (done) => ((done / 100) % 2 ? 40 : 0), false],
    ['grows with the operations', (done) => done, true],
    ['grows with every hundredth operation', (done) => done / 100, true],
  ])('judges a count that %s', (_, count, grows) => {
    const verdict = judge(
      samples(
        () => 20e6,
        (done) => ({ sockets: 3, listeners: count(done) }),
      ),
    )
    expect(verdict.growing).toEqual(grows ? ['listeners'] : [])
    expect(verdict.isFlat).toBe(!grows)
  })
})

describe('what was not measured', () => {
  const fine = samples(
    () => 20e6,
    () => ({ sockets: 2 }),
  )
  /** The samples with another one at the end. */
  const endsWith = (last: Partial<Sample>): Sample[] =>
    fine.map((sample, n) => (n === fine.length - 1 ? { ...sample, ...last } : sample))

  it.each<[what: string, list: Sample[], message: string]>([
    ['no sample', [], '0 samples, of 4 at least'],
    ['too few samples behind the warm-up', fine.slice(0, 3), '3 samples, of 4 at least'],
    ['memory without a figure', endsWith({ bytes: NaN }), 'not measured after 2000 operations: memory'],
    ['a count without a figure', endsWith({ counts: { sockets: NaN } }), 'not measured after 2000 operations: sockets'],
    [
      'a count that appears later',
      endsWith({ counts: { sockets: 2, timers: 9 } }),
      'not measured after 500 operations: timers',
    ],
    ['a count that disappears', endsWith({ counts: {} }), 'not measured after 2000 operations: sockets'],
  ])('has no verdict: %s', (_, list, message) => {
    expect(() => judge(list)).toThrow(message)
  })
})

describe('a leak on purpose', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void

  /** Runs real operations, and takes real samples. */
  function soak(act: () => unknown, measured: () => Omit<Sample, 'done'>): Sample[] {
    return Array.from({ length: 8 }, (_, n) => {
      for (let times = 0; times < 500; times++) act()
      return { done: (n + 1) * 500, ...measured() }
    })
  }

  it('is reported: an array that grows', () => {
    const kept: object[] = []
    const act = () => kept.push(Array.from({ length: 100 }, () => kept.length))
    const verdict = judge(
      soak(act, () => {
        collect()
        return { bytes: process.memoryUsage().heapUsed, counts: {} }
      }),
    )
    expect(verdict.isFlat).toBe(false)
    expect(verdict.bytesPerOperation).toBeGreaterThan(400)
  })

  it.each([
    ['is reported: a handler that is never removed', false, ['subscriptions']],
    ['is not reported where the handler is removed', true, []],
  ])('%s', (_, isRemoved, growing) => {
    const { sse, held } = watch(createSSE('/events'))
    const act = (): void => {
      const off = sse.subscribe('order', () => {})
      if (isRemoved) off()
    }
    const verdict = judge(soak(act, () => ({ bytes: 0, counts: { subscriptions: held() } })))
    expect(verdict.growing).toEqual(growing)
    sse.close()
  })
})

describe('a row of the table', () => {
  const list = samples(
    (done) => 20e6 + done * 1000,
    (done) => ({ listeners: done, sockets: 2 }),
  )

  it('has a cell for each column, and names what grows', () => {
    const row = rowOf('clients', list, judge(list))
    expect(row).toEqual([
      'clients',
      '2,000',
      '20.50 → 22.00',
      '+1,000,000',
      '100,000',
      'listeners 500 → 2,000',
      'grows: listeners',
    ])
    expect(row).toHaveLength(HEAD.length)
  })

  it('says by how much memory grows, and how much was counted', () => {
    const grown = list.map((sample) => ({ ...sample, counts: { sockets: 2 } }))
    expect(rowOf('clients', grown, judge(grown)).slice(-2)).toEqual(['1 counts, none grows', 'grows by 1.50 MB'])
    const flat = samples(() => 20e6)
    expect(rowOf('clients', flat, judge(flat)).slice(3)).toEqual(['0', '100,000', '0 counts, none grows', 'flat'])
  })
})

describe('a soak', () => {
  it('has operations in equal steps, of a multiple where it wants one', () => {
    const soak: Soak = { name: '', where: 'Node', load: 'events', operations: 10_000, noise: NOISE, warmUp: 0 }
    expect(stepOf(soak, 1)).toBe(10_000 / SAMPLES)
    expect(stepOf(soak, 0.001)).toBe(1)
    expect(stepOf({ ...soak, leaks: true }, 0.001)).toBe(10_000 / SAMPLES)
    expect(stepOf({ ...soak, multiple: 4000 }, 1)).toBe(4000)
    expect(stepOf({ ...soak, operations: 100_000, multiple: 4000 }, 1)).toBe(8000)
  })

  it('has a name of its own, and there are controls that leak', () => {
    const names = SOAKS.map(({ where, name }) => `${where}: ${name}`)
    expect(new Set(names).size).toBe(names.length)
    expect(SOAKS.filter(({ leaks }) => leaks).length).toBeGreaterThanOrEqual(3)
  })
})

describe('the progress of a load', () => {
  it('resolves once the count is reached', async () => {
    const progress = createProgress()
    await progress.reach(0)
    const reached = progress.reach(2)
    progress.add()
    progress.add()
    await reached
    expect(progress.count).toBe(2)
  })

  it('rejects with the first failure, at once and later', async () => {
    const progress = createProgress()
    const reached = progress.reach(1)
    progress.fail(Error('event 3 after 1'))
    progress.fail(Error('event 4 after 1'))
    await expect(reached).rejects.toThrow('event 3 after 1')
    await expect(progress.reach(0)).rejects.toThrow('event 3 after 1')
  })

  it('repeats something so many times, and a few at a time', async () => {
    let [now, most, times] = [0, 0, 0]
    await repeat(10, 3, async () => {
      times++
      most = Math.max(most, ++now)
      await null
      now--
    })
    expect([times, most, now]).toEqual([10, 3, 0])
  })
})
