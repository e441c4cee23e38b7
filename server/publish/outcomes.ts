/*
 * What becomes of entries, for the publishes that wait until their own has been written down. A log hands an entry out before it
 * says to whom the number belongs, and with many appends at once it may say so much later.
 */

/** What became of an event. */
export interface Outcome {
  /** Its id; '' for a volatile event. */
  readonly id: string
  /** How many clients it has been handed to. */
  readonly delivered: number
}

/** One publish that waits for its number. */
interface Claim {
  /** What became of the entry with this number. Undefined if it was not handed out, or has been asked for. */
  take(seq: number): Outcome | undefined
  /** Nothing more is asked for. */
  end(): void
}

export interface Outcomes {
  /** From now on all outcomes are kept, until the claim ends. */
  claim(): Claim
  /** Keeps an outcome, if a claim may ask for it: what another process has appended is kept no longer than that. */
  note(seq: number, outcome: Outcome): void
  /** The log has begun again. */
  clear(): void
}

/** A log that never answers keeps its claim open for ever. 100,000 outcomes are 10 MB. */
const MOST = 100_000

export function createOutcomes(): Outcomes {
  /** In the order in which they were noted, each with its place in that order. */
  const kept = new Map<number, { readonly outcome: Outcome; readonly nth: number }>()
  /** In the order in which they began. `from`: the first place that may be theirs. */
  const open = new Set<{ readonly from: number }>()
  let noted = 0

  /** Forgets what was noted before the oldest claim began. */
  function prune(): void {
    const [oldest] = open
    const from = Math.max(oldest?.from ?? Infinity, noted - MOST)
    for (const [seq, { nth }] of kept) {
      if (nth >= from) return
      kept.delete(seq)
    }
  }

  return {
    claim() {
      const own = { from: noted }
      open.add(own)
      return {
        take(seq) {
          const found = kept.get(seq)
          kept.delete(seq)
          return found?.outcome
        },
        end() {
          open.delete(own)
          prune()
        },
      }
    },
    note(seq, outcome) {
      if (open.size === 0) return
      kept.set(seq, { outcome, nth: noted++ })
      prune()
    },
    clear: () => kept.clear(),
  }
}
