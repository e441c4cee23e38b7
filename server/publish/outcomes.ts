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
export interface Claim {
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
  const kept = new Map<number, Noted>()
  /** In the order in which they began. */
  const open = new Set<OpenClaim>()
  let noted = 0

  /** Forgets what was noted before the oldest claim began. */
  function prune(): void {
    const [oldest] = open
    if (!oldest) return kept.clear()
    for (const [seq, { nth }] of kept) {
      if (nth >= oldest.from) return
      kept.delete(seq)
    }
  }

  const end = (claim: OpenClaim): void => {
    open.delete(claim)
    if (kept.size) prune()
  }

  return {
    claim() {
      const own = new OpenClaim(noted, kept, end)
      open.add(own)
      return own
    },
    note(seq, outcome) {
      if (open.size === 0) return
      kept.set(seq, { outcome, nth: noted++ })
      if (kept.size > MOST) dropOldest(kept)
    },
    clear: () => kept.clear(),
  }
}

interface Noted {
  readonly outcome: Outcome
  readonly nth: number
}

/** A class, as each event has a claim for a moment. */
class OpenClaim implements Claim {
  /** The first place that may be its own. */
  readonly from: number
  readonly #kept: Map<number, Noted>
  readonly #end: (claim: OpenClaim) => void

  constructor(from: number, kept: Map<number, Noted>, end: (claim: OpenClaim) => void) {
    this.from = from
    this.#kept = kept
    this.#end = end
  }

  take(seq: number): Outcome | undefined {
    const found = this.#kept.get(seq)
    if (found) this.#kept.delete(seq)
    return found?.outcome
  }

  end(): void {
    this.#end(this)
  }
}

function dropOldest(kept: Map<number, Noted>): void {
  for (const seq of kept.keys()) {
    kept.delete(seq)
    return
  }
}
