/*
 * The results of entries, for the calls of `publish` that wait for theirs. A log gives an entry to its listeners before `append`
 * returns its number, and with many appends at once `append` may return much later.
 */

/** The outcome of an event. */
export interface Outcome {
  /** Its id; '' for a volatile event. */
  readonly id: string
  /** How many clients it has been handed to. */
  readonly delivered: number
}

/** One publish that waits for its number. */
interface Claim {
  /**
   * The outcome of the entry with this number. Undefined if it was not handed out since the claim began, or has been asked
   * for.
   */
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

/** A log that never answers keeps its claim open for ever. Of 100,000 outcomes and more, the oldest are not given any more. */
const MOST = 100_000
/** From how many outcomes on it is looked which of them can be forgotten. */
const SWEEP = 100

/** An outcome, and its place in the order in which they were noted. */
interface Noted {
  readonly outcome: Outcome
  readonly nth: number
}

/** A class, as each event has a claim for a moment. */
class OpenClaim implements Claim {
  /** The first place that may be its own. */
  readonly from: number
  readonly #book: Book

  constructor(from: number, book: Book) {
    this.from = from
    this.#book = book
  }

  take(seq: number): Outcome | undefined {
    return this.#book.take(seq, this.from)
  }

  end(): void {
    this.#book.end(this)
  }
}

class Book implements Outcomes {
  readonly #kept = new Map<number, Noted>()
  /** In the order in which they began. */
  readonly #open = new Set<OpenClaim>()
  #noted = 0
  #sweepAt = SWEEP

  claim(): Claim {
    const claim = new OpenClaim(this.#noted, this)
    this.#open.add(claim)
    return claim
  }

  note(seq: number, outcome: Outcome): void {
    if (this.#open.size === 0) return
    this.#kept.set(seq, { outcome, nth: this.#noted++ })
    if (this.#kept.size > this.#sweepAt) this.#sweep()
  }

  clear(): void {
    this.#kept.clear()
  }

  take(seq: number, from: number): Outcome | undefined {
    const found = this.#kept.get(seq)
    if (!found || found.nth < this.#first(from)) return undefined
    this.#kept.delete(seq)
    return found.outcome
  }

  end(claim: OpenClaim): void {
    this.#open.delete(claim)
    if (this.#open.size > 0 || this.#kept.size === 0) return
    this.#kept.clear()
    this.#sweepAt = SWEEP
  }

  /** The first place of which the outcome is still given, to a claim that began at `from`. */
  #first(from: number): number {
    return Math.max(from, this.#noted - MOST)
  }

  /** Forgets what no claim may ask for. Seldom, as it looks at all: when there are twice as many as the last time. */
  #sweep(): void {
    const [oldest] = this.#open
    const first = this.#first(oldest?.from ?? Infinity)
    for (const [seq, { nth }] of this.#kept) if (nth < first) this.#kept.delete(seq)
    this.#sweepAt = Math.max(2 * this.#kept.size, SWEEP)
  }
}

export const createOutcomes = (): Outcomes => new Book()
