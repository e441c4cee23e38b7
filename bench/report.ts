import { CONTESTANTS, type Job, type Name } from './names.ts'
import { quantile } from './quantile.ts'
import { table } from './table.ts'

/*
 * From times to what is printed. Ratios are of medians, each within one case (with ids or without).
 */

/** One contestant in one case. */
export interface Measured {
  readonly job: Job
  /** Milliseconds, a round each. */
  readonly times: number[]
  /** Why it is out. */
  failure: string | undefined
}

interface Row {
  readonly name: Name
  readonly ids: boolean
  readonly failure: string | undefined
  readonly median: number | undefined
  readonly min: number
  readonly max: number
  /** How many times as long as the floor. */
  readonly ofFloor: number | undefined
  /** How many times as fast as the native EventSource. */
  readonly ofNative: number | undefined
  readonly times: readonly number[]
}

interface Expectation {
  readonly text: string
  /** Undefined: not measured. */
  readonly figure: number | undefined
  /** The same between the fastest rounds. Where it says otherwise than `figure`, the run was too noisy for a verdict. */
  readonly fastest: number | undefined
  readonly met: boolean | undefined
}

export interface Results {
  readonly rows: readonly Row[]
  readonly expectations: readonly Expectation[]
  /**
   * Nanoseconds an event, for contestants that were measured in both cases. Between the fastest rounds: the difference is
   * small, and what else the machine does makes a round slower, never faster.
   */
  readonly costOfIds: Readonly<Partial<Record<Name, number>>>
}

export interface Setup {
  readonly events: number
  readonly rounds: number
  readonly devtools: boolean
  readonly chromium: string
  readonly node: string
  readonly machine: string
}

const median = (times: readonly number[]): number | undefined => (times.length ? quantile(times, 0.5) : undefined)

const ratio = (a: number | undefined, b: number | undefined): number | undefined => (a && b ? a / b : undefined)

export function report(measured: readonly Measured[], events: number): Results {
  const medianOf = (name: Name, ids: boolean): number | undefined => {
    const found = measured.find(({ job }) => job.name === name && job.ids === ids)
    return found && !found.failure ? median(found.times) : undefined
  }
  const rows = measured.map(({ job: { name, ids }, times, failure }) => {
    const mine = medianOf(name, ids)
    const ofFloor = ratio(mine, medianOf('floor', ids))
    const ofNative = ratio(medianOf('native', ids), mine)
    return {
      name,
      ids,
      failure,
      median: mine,
      min: Math.min(...times),
      max: Math.max(...times),
      ofFloor,
      ofNative,
      times,
    }
  })

  const expect = (text: string, a: Name, b: Name, fits: (figure: number) => boolean): Expectation => {
    const figure = ratio(medianOf(a, true), medianOf(b, true))
    const fastestOf = (name: Name) => rows.find((row) => row.ids && row.name === name && !row.failure)?.min
    const fastest = ratio(fastestOf(a), fastestOf(b))
    return { text, figure, fastest, met: figure === undefined ? undefined : fits(figure) }
  }
  const expectations = [
    expect('at least 15 times as fast as the native EventSource', 'native', 'headwater', (x) => x >= 15),
    expect('takes no longer than eventsource-client (at most 1)', 'headwater', 'eventsource-client', (x) => x <= 1),
    expect('takes at most 1.2 times as long as the floor', 'headwater', 'floor', (x) => x <= 1.2),
  ]

  const costOfIds: Partial<Record<Name, number>> = {}
  for (const { name, ids, min } of rows) {
    const without = rows.find((row) => row.name === name && !row.ids)
    const cost = ((min - (without?.min ?? Infinity)) / events) * 1e6
    if (ids && Number.isFinite(cost)) costOfIds[name] = cost
  }
  return { rows, expectations, costOfIds }
}

export function print(setup: Setup, { rows, expectations, costOfIds }: Results): void {
  const { events, rounds, devtools, chromium, node, machine } = setup
  const attached = devtools ? ', DevTools Protocol attached' : ''
  console.log(`${events} events, median of ${rounds} rounds, Chromium ${chromium}${attached}, Node ${node}, ${machine}`)
  const fixed = (figure: number | undefined): string => figure?.toFixed(2) ?? '–'
  for (const ids of [true, false]) {
    console.log(`\n${ids ? 'With ids' : 'Without ids'}\n`)
    const lines = rows
      .filter((row) => row.ids === ids)
      .map(({ name, failure, median, min, max, ofFloor, ofNative }) =>
        failure
          ? [CONTESTANTS[name], failure, '–', '–', '–']
          : [
              CONTESTANTS[name],
              `${median?.toFixed(0)}`,
              fixed(ofFloor),
              fixed(ofNative),
              `${min.toFixed(0)}–${max.toFixed(0)}`,
            ],
      )
    console.log(table(['', 'median ms', '× floor', 'native ÷ it', 'min–max'], lines))
  }
  const costs = Object.entries(costOfIds).map(([name, cost]) => `${name} ${cost.toFixed(0)}`)
  console.log(`\nWhat an id costs, in ns an event, between the fastest rounds: ${costs.join(', ')}`)
  console.log('\nExpected of headwater, with ids:')
  for (const { text, figure, fastest, met } of expectations)
    console.log(
      `- ${text}: ${met === undefined ? 'not measured' : met ? 'met' : 'not met'} (median ${fixed(figure)}, fastest rounds ${fixed(fastest)})`,
    )
}
