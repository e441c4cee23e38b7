import { monotonic, setTimer } from '../../src/base/clock.ts'
import type { HubContext } from './context.ts'
import type { Streams } from './streams.ts'

/** The end of a hub. */
export interface Shutdown {
  /** In how many seconds to come back; undefined while the hub is not closing. */
  closing(): number | undefined
  /** Everything has ended. */
  readonly isOver: boolean
  /**
   * Asks all clients to come back within `drain` milliseconds, each at another time, and ends the streams that are left then.
   * Resolves when no stream is open.
   */
  close(drain: number): Promise<void>
}

/** How long clients take to leave, at least, once they are asked to. */
const LEAVING = 1000

/** @param stop - Stops the parts that run as long as there are streams. */
export function createShutdown(
  {
    settings: { clock },
    registry,
  }: Pick<HubContext, 'registry'> & { readonly settings: Pick<HubContext['settings'], 'clock'> },
  streams: Pick<Streams, 'dismiss' | 'end' | 'onEnd'>,
  stop: () => void,
): Shutdown {
  let until: number | undefined
  let isOver = false
  let emptied = (): void => {}
  streams.onEnd(() => {
    if (registry.size === 0) emptied()
  })

  /** Resolves when nobody is left, or the time is over. */
  function drained(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimer(clock, ms, resolve)
      emptied = () => {
        clock.clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    // Never 0: a client would come back at once.
    closing: () => (until === undefined ? undefined : Math.max(1, Math.ceil((until - monotonic(clock)) / 1000))),
    get isOver() {
      return isOver
    },
    async close(drain) {
      until = monotonic(clock) + drain
      // Spread, so that the clients do not storm the next server. The last of them still has time to leave by itself.
      const spread = Math.max(drain - LEAVING, 0)
      for (const client of [...registry.all()]) streams.dismiss(client, Math.round(clock.random() * spread), 'drained')
      if (drain && registry.size) await drained(drain)
      for (const client of [...registry.all()]) streams.end(client, 'drained')
      stop()
      isOver = true
    },
  }
}
