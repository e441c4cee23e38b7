import { everyTick } from '../tick.ts'
import type { Contestant } from './lanes.ts'
import { type Cost, standingOf } from './standing.ts'

/*
 * Counts the cost of an interruption for the browser's EventSource: the events that it misses now and did not miss before.
 */

export interface CostMeter {
  /** An interruption begins, if none has yet. */
  begin(): void
  /** It is over for headwater. @param draw - Called with the cost, until the next interruption begins. */
  end(draw: (cost: Cost | undefined) => void): void
}

export function createCostMeter(native: Contestant): CostMeter {
  /** How many events it missed before the interruption. Undefined: there is none. */
  let before: number | undefined
  let stop = (): void => {}

  return {
    begin() {
      if (before !== undefined) return
      stop()
      before = native.view().score.missing
    },
    end(draw) {
      const start = before ?? native.view().score.missing
      before = undefined
      function show(): void {
        const view = native.view()
        const missing = Math.max(view.score.missing - start, 0)
        const standing = missing === 0 ? 'complete' : standingOf(view)
        draw(view.state.status === 'off' ? undefined : { missing, standing })
      }
      show()
      // An EventSource waits some seconds before it reconnects.
      stop = everyTick(show)
    },
  }
}
