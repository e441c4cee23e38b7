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

/** An EventSource waits some seconds before it reconnects. */
const EVERY = 250

export function createCostMeter(native: Contestant): CostMeter {
  /** How many events it missed before the interruption. Undefined: there is none. */
  let before: number | undefined
  let drawing: ReturnType<typeof setInterval> | undefined

  return {
    begin() {
      if (before !== undefined) return
      clearInterval(drawing)
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
      drawing = setInterval(show, EVERY)
    },
  }
}
