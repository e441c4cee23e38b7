/*
 * With `commit: 'handled'`: how far the cursor may move. Handlers may be async and finish in any order; the cursor stands
 * at the end of the longest run of events that have all been handled. One that failed is not handled, so the run ends
 * before it, and the next connection brings it again, with all that came after it: at least once, not exactly once.
 */

export interface Ledger {
  /** An event has been delivered, whose end is `id`. `work`: what its handlers still do; a rejection is a failure. */
  enter(id: string, work: readonly Promise<unknown>[]): void
  /** A connection opened: what the last one left unhandled will come again. */
  restart(): void
}

/** @param advance - All up to this id has been handled. */
export function createLedger(advance: (id: string) => void): Ledger {
  let pending: { readonly id: string; left: number }[] = []
  return {
    enter(id, work) {
      const mine = pending
      const entry = { id, left: work.length }
      // Behind a failure nothing counts any more, and nothing is remembered: it will come again.
      if (mine.at(-1)?.left !== Infinity) mine.push(entry)
      function settle(left: number): void {
        entry.left = left
        if (left === Infinity) mine.length = mine.indexOf(entry) + 1 || mine.length
        while (mine === pending && mine[0]?.left === 0) advance((mine.shift() as typeof entry).id)
      }
      for (const each of work)
        each.then(
          () => settle(entry.left - 1),
          () => settle(Infinity),
        )
      settle(entry.left)
    },
    restart() {
      pending = []
    },
  }
}
