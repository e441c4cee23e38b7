import { RESERVED } from '../../../src/hub/protocol.ts'
import type { Observer } from '../../../src/index.ts'
import type { Events } from '../output/payload.ts'
import type { Report } from './tap.ts'

/** An event that the core has had and handed to nobody. */
export interface Kept {
  readonly type: string
  readonly data: string
  /** Its own. */
  readonly id: string | undefined
  /** It came before, on an earlier connection; else it is one of the server's own, which the core obeys. */
  readonly isRepeat: boolean
}

/** Finds out what the core keeps to itself: an event that goes in, and that no observer has heard of when the core is done. */
export interface Keeper {
  readonly observer: Observer<Events>
  hear(report: Report): void
}

export function createKeeper(tell: (kept: Kept) => void): Keeper {
  let current: Extract<Report, { kind: 'event' }> | undefined
  const handedOn = (): void => {
    current = undefined
  }
  return {
    observer: { onEvent: handedOn, onInvalid: handedOn },
    hear(report) {
      if (report.kind === 'event') current = report
      if (report.kind !== 'handled' || !current) return
      const { type, data, id } = current
      tell({ type, data, id, isRepeat: !RESERVED.includes(type) })
    },
  }
}
