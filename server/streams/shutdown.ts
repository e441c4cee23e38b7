import { monotonic, setTimer } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import type { Registry } from '../audience/registry.ts'
import type { Streams } from './streams.ts'

/** The end of a hub. */
export interface Shutdown {
  /** In how many seconds to come back; undefined while the hub is not closing. */
  closing(): number | undefined
  /**
   * Asks everybody to come back within `drain` milliseconds, each at another time, and ends those who have not left by then.
   * Resolves when nobody is left.
   */
  close(drain: number): Promise<void>
  /** A stream is over. */
  left(): void
}

/** How long clients take to leave, at least, once they are asked to. */
const LEAVING = 1000

export function createShutdown(clock: Clock, registry: Registry, streams: () => Streams): Shutdown {
  let until: number | undefined
  let emptied = (): void => {}

  return {
    // Never 0: who is told so comes back at once.
    closing: () => (until === undefined ? undefined : Math.max(1, Math.ceil((until - monotonic(clock)) / 1000))),
    left() {
      if (registry.size === 0) emptied()
    },
    async close(drain) {
      until = monotonic(clock) + drain
      const { dismiss, end } = streams()
      // Those who wait for the new server are not to storm it; and the last of them is to leave by itself.
      const spread = Math.max(drain - LEAVING, 0)
      for (const client of [...registry.all()]) dismiss(client, Math.round(clock.random() * spread), 'drained')
      if (drain && registry.size) {
        await new Promise<void>((resolve) => {
          const timer = setTimer(clock, drain, resolve)
          emptied = () => {
            clock.clearTimeout(timer)
            resolve()
          }
        })
      }
      for (const client of [...registry.all()]) end(client, 'drained')
    },
  }
}
