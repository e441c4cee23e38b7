import { persist } from './http.ts'

/*
 * Checks the numbers of the events. A number that is left out was lost, or was for somebody else. Only the server knows which, so it
 * is asked.
 */

/** The result of the check. */
export interface Tally {
  readonly events: number
  /** The number that the table was loaded at. */
  readonly start: number
  /** The number of the last event. */
  readonly seq: number
  /** Numbers that were left out, and for this page. */
  readonly missing: number
  /** Numbers that were left out, and for others. */
  readonly others: number
  /** Numbers that were left out, and the server is being asked about. */
  readonly asking: number
  /** Numbers that came twice, or late. */
  readonly repeated: number
}

export interface Counter {
  readonly tally: Tally
  /** An event came. */
  count(seq: number): void
  /** Resolves when the server has said of all numbers that were left out whose they were. */
  settled(): Promise<unknown>
}

/** @param countMissed - Asks the server how many of the events between two numbers were for this page. */
export type CountMissed = (after: number, before: number) => Promise<number>

export function createCounter(start: number, countMissed: CountMissed): Counter {
  let tally: Tally = { events: 0, start, seq: start, missing: 0, others: 0, asking: 0, repeated: 0 }
  let settled: Promise<unknown> = Promise.resolve()

  async function ask(after: number, before: number): Promise<void> {
    const left = before - after - 1
    tally = { ...tally, asking: tally.asking + left }
    const missed = await persist(() => countMissed(after, before))
    const { missing, others, asking } = tally
    tally = { ...tally, missing: missing + missed, others: others + left - missed, asking: asking - left }
  }

  return {
    get tally() {
      return tally
    },
    count(seq) {
      const { events, repeated, seq: last } = tally
      tally =
        seq > last ? { ...tally, events: events + 1, seq } : { ...tally, events: events + 1, repeated: repeated + 1 }
      if (seq > last + 1) settled = Promise.all([settled, ask(last, seq)])
    },
    settled: () => settled,
  }
}
