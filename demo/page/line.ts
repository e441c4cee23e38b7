import type { Interruption } from './interruptions.ts'

/*
 * The connection as this page knows it: faults that are announced, and the interruption of the moment.
 */

export interface Line {
  /** Faults that were caused, and that the client has not noticed yet. */
  readonly announced: readonly string[]
  readonly current: Interruption | undefined
  /** @param isOpen - Whether the connection is. @returns Withdraws it: the fault could not be caused. */
  announce(label: string, isOpen: boolean): () => void
  /** The connection is lost. @param heardAt - When an event was last heard. */
  breaks(reason: string, heardAt: number): void
  blame(reason: string): void
  /** @param leader - The tab that has the connection. @param own - The number of this tab. */
  handOver(leader: number | undefined, own: number): void
  /** The interruption is over. @returns It, if there was one. */
  mend(): Interruption | undefined
}

/** The reason of a reconnect that no failure caused. */
export const RENEWED = 'reconnected, nothing failed'

/** @param changed - Something is announced, or has come, or is taken back. */
export function createLine(changed: () => void): Line {
  let announced: string[] = []
  let current: Interruption | undefined
  /** Which tab had the connection when the tables were last compared. */
  let ledBy: number | undefined

  function withdraw(label: string): void {
    // The announcement may be with an interruption by now.
    const labels = [announced, current?.labels ?? []].find((each) => each.includes(label))
    labels?.splice(labels.lastIndexOf(label), 1)
    changed()
  }

  return {
    get announced() {
      return announced
    },
    get current() {
      return current
    },
    announce(label, isOpen) {
      // Pressed while the connection is down already, it is part of the same interruption.
      const labels = !isOpen && current ? current.labels : announced
      labels.push(label)
      changed()
      return () => withdraw(label)
    },
    breaks(reason, heardAt) {
      current ??= { labels: [], heardAt, reasons: new Set([reason]), backAt: 0, caughtUp: 0 }
      current.labels.push(...announced)
      announced = []
      changed()
    },
    blame: (reason) => void current?.reasons.add(reason),
    handOver(leader, own) {
      // Another tab has it than at the last comparison: that is why it was interrupted, or has been since.
      if (current && leader !== undefined && ledBy !== undefined && leader !== ledBy) {
        const name = (tab: number): string => (tab === own ? 'this tab' : `tab ${tab}`)
        current.labels.push('hand-over')
        current.reasons.delete(RENEWED)
        current.reasons.add(`from ${name(ledBy)} to ${name(leader)}`)
      }
      ledBy = leader ?? ledBy
    },
    mend() {
      const over = current
      current = undefined
      return over
    },
  }
}
