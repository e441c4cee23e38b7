import type { Clock, Observer } from '../../../src/index.ts'
import type { Events } from '../output/payload.ts'
import type { Consumed } from '../traffic/consumed.ts'
import type { Report } from '../traffic/tap.ts'
import { count, type Happening, type Stats, startStats } from './stats.ts'

/** Counts what happens to a client and its transport. */
export interface Tally {
  readonly stats: Stats
  readonly observer: Observer<Events>
  onReport(report: Report): void
  onConsumed(event: Consumed): void
  /** An event has been printed. */
  shown(): void
}

export function createTally(clock: Pick<Clock, 'now'>): Tally {
  let stats = startStats(clock.now())
  const add = (happening: Happening): void => {
    stats = count(stats, happening)
  }
  return {
    get stats() {
      return stats
    },
    observer: {
      onState({ status }) {
        if (status !== 'open') add({ kind: 'lost', at: clock.now() })
      },
      onEvent: ({ type, raw, receivedAt }) =>
        add({ kind: 'event', type, bytes: Buffer.byteLength(raw), at: receivedAt }),
      onRetry: () => add({ kind: 'retry' }),
      onGap: () => add({ kind: 'gap' }),
      onInvalid: () => add({ kind: 'invalid' }),
    },
    onReport(report) {
      if (report.kind === 'opening') add({ kind: 'open', at: clock.now() })
      // As the core counts them.
      if (report.kind === 'comment' || (report.kind === 'event' && report.type === 'ping')) add({ kind: 'heartbeat' })
    },
    onConsumed({ isRepeat }) {
      if (isRepeat) add({ kind: 'repeat' })
    },
    shown: () => add({ kind: 'shown' }),
  }
}
