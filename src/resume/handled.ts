import type { Layer, Work } from '../transports/transport.ts'

/*
 * How far the cursor may move. Handlers may be async and finish in any order; the cursor stands at the end of the longest
 * run of events that have all been handled. One that failed is not handled, so the run ends before it, and the next
 * connection brings it again, with all that came after it: at least once, not exactly once.
 */

/** An event, or an id, and how many of its handlers are still at work; Infinity once one has failed. */
interface Entry {
  readonly _id: string
  _left: number
}

/** Entries that are done are dropped together: dropping one moves all others, and 100,000 may wait. */
const DROP = 1000

/**
 * The events of one connection that are not handled yet.
 * @param onMove - Called with the id of the last event up to which all are handled.
 * @returns Takes note of an event, and of what its handlers still do.
 */
function createLedger(onMove: (id: string) => void): (id: string, work: Work) => void {
  /** The oldest first. The first `done` of them are handled. */
  let entries: Entry[] = []
  let done = 0
  let dropped = 0

  function advance(): void {
    const before = done
    while (entries[done]?._left === 0) done++
    const last = done > before ? entries[done - 1] : undefined
    if (done > DROP) {
      entries = entries.slice(done)
      dropped += done
      done = 0
    }
    if (last) onMove(last._id)
  }

  return (id, work = []) => {
    // Behind a failure nothing counts any more, and nothing is remembered: it will come again.
    if (entries.at(-1)?._left === Infinity) return
    const entry: Entry = { _id: id, _left: work.length }
    const end = dropped + entries.push(entry)
    const onSuccess = (): void => {
      entry._left--
      advance()
    }
    const onFailure = (): void => {
      entry._left = Infinity
      entries.length = Math.min(entries.length, end - dropped)
    }
    for (const each of work) each.then(onSuccess, onFailure)
    advance()
  }
}

/**
 * For the option `commit`: the cursor moves past an event when its handlers, async ones too, have succeeded, and those of
 * every event before it. A failure holds it for as long as the connection lasts. An id and a number for each waiting event
 * are kept in memory, without a limit: handlers that never finish hold all that follows.
 *
 * @example
 * createSSE('/api/events', { commit: handled() })
 */
export const handled = (): Layer => (inner, host) => {
  /** The ledger of the connection whose handlers move the cursor; undefined: none do. */
  let current: unknown
  let committed = host.lastEventId
  /** The cursor was dropped, or set from outside: no handler of an earlier connection moves it back. */
  const isMoved = (): boolean => host.lastEventId !== committed

  return {
    connect(request, sink) {
      const enter = createLedger((id) => {
        if (current !== enter || isMoved()) return
        committed = id
        host.resumeFrom(id)
      })
      let received = request.lastEventId
      if (isMoved()) current = undefined
      committed = host.lastEventId
      return inner.connect(request, {
        ...sink,
        open(info) {
          // Events that the last connection left unhandled will come again.
          current = enter
          sink.open(info)
        },
        block(block) {
          received = block.id ?? received
          const work = sink.block(block)
          enter(received, work)
          return work
        },
      })
    },
  }
}
