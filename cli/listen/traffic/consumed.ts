import { RESERVED } from '../../../src/hub/protocol.ts'
import type { Observer } from '../../../src/index.ts'
import type { Events } from '../output/payload.ts'
import type { Report } from './tap.ts'

/** An event that reached the core and no subscriber. */
export interface Consumed {
  readonly type: string
  readonly data: string
  /** Its own. */
  readonly id: string | undefined
  /** The server has sent it before, on an earlier connection. Otherwise it is one of the server's own, which the core handles. */
  readonly isRepeat: boolean
}

/** Finds the events that the core consumes: an event goes in, and no observer is called before the core is done with it. */
export interface ConsumedWatch {
  readonly observer: Observer<Events>
  onReport(report: Report): void
}

export function watchConsumed(onConsumed: (event: Consumed) => void): ConsumedWatch {
  let current: Extract<Report, { kind: 'event' }> | undefined
  const handedOn = (): void => {
    current = undefined
  }
  return {
    observer: { onEvent: handedOn, onInvalid: handedOn },
    onReport(report) {
      if (report.kind === 'event') current = report
      if (report.kind !== 'handled' || !current) return
      const { type, data, id } = current
      onConsumed({ type, data, id, isRepeat: !RESERVED.includes(type) })
    },
  }
}
