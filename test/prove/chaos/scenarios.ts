import type { SiteOptions } from './site.ts'
import type { Stage } from './stage.ts'

/*
 * What goes on while there are faults.
 */

export interface Scenario {
  /** For `--scenario`. */
  readonly name: string
  /** The row of the table. */
  readonly title: string
  readonly site: Pick<SiteOptions, 'log' | 'size' | 'hubs' | 'compress' | 'queueEvents'>
  /** What gaps are for. Any other gap is a failure, and so is a run without one of these, if there are any. */
  readonly gaps: readonly string[]
  /** What is done with each fault. @param n - The number of the fault. */
  readonly act: (stage: Stage, n: number) => void
}

/** Longer than any run. */
const LARGE = 200_000

/** Something that happens with every so many faults. */
const every = (count: number, n: number): boolean => n % count === count - 1

function awayForLong(stage: Stage): void {
  const { client } = stage.anyApp()
  client.disconnect()
  stage.later(stage.random() * 2000, () => client.connect())
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'steady',
    title: 'one server, and pages that are loaded again',
    site: { log: 'memory', size: LARGE, hubs: 1 },
    gaps: [],
    act: (stage, n) => every(4, n) && stage.loadAgain(),
  },
  {
    name: 'topics',
    title: 'clients join and leave topics',
    site: { log: 'memory', size: LARGE, hubs: 1 },
    gaps: [],
    act: (stage) => stage.changeTopics(),
  },
  {
    name: 'kept',
    title: 'the server restarts, with a log on disk',
    site: { log: 'file', size: LARGE, hubs: 1 },
    gaps: [],
    act: (stage, n) => every(30, n) && stage.restart(),
  },
  {
    name: 'epoch',
    title: 'the server restarts, with a log in memory',
    site: { log: 'memory', size: LARGE, hubs: 1 },
    gaps: ['epoch'],
    act: (stage, n) => every(30, n) && stage.restart(),
  },
  {
    name: 'overflow',
    title: 'the log is short, and clients are away for longer',
    site: { log: 'memory', size: 60, hubs: 1, queueEvents: 20 },
    gaps: ['expired'],
    act: awayForLong,
  },
  {
    name: 'hubs',
    title: 'two hubs share a log, one of them restarts, and streams are compressed',
    site: { log: 'shared', size: LARGE, hubs: 2, compress: true },
    gaps: [],
    act(stage, n) {
      if (every(30, n)) stage.restart()
      if (every(4, n)) stage.changeTopics()
    },
  },
]
