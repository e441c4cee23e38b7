import { monotonic } from '../../src/base/clock.ts'
import { type Course, courseOf, firstOf, type Standing } from './compare.ts'
import { lastLost, type Stored } from './entry.ts'
import { isReplica, type Link } from './link.ts'
import type { Known, News, Store } from './store.ts'
import { clock, pause } from './time.ts'

/** The parts of its log that the reader needs. */
export interface ReaderParts {
  readonly link: Link
  readonly store: Pick<Store, 'verify' | 'next' | 'outage'>
  known(): Known
  /** The next entry. */
  entry(stored: Stored): void
  /** It goes on behind another number, in this epoch. */
  moved(place: Pick<Known, 'epoch' | 'term'>, head: number): void
  /** The oldest number that Redis has. */
  oldest(first: number): void
  /** Redis can be reached, or cannot. */
  up(isUp: boolean, error?: unknown): void
}

/**
 * What a read has brought: `next`, so that the following read can do without a comparison. `nothing` for a second. `foreign`: entries of
 * another epoch. `unsure`: the process has to compare.
 */
type Found = 'next' | 'nothing' | 'foreign' | 'unsure'

/** For how long entries are handed out before everything else has its turn, in milliseconds. */
const TURN = 10
/** Between two tries, in milliseconds. */
const PAUSE = 100

/** Follows the log: reads what comes, in order, without a hole, and notices what is lost. */
export class Reader {
  readonly #parts: ReaderParts
  #isClosed = false
  /** How often the place has changed otherwise than by reading: what was asked for before then is not used. */
  #moves = 0

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  /** Reads until it is closed. */
  async run(): Promise<void> {
    let found: Found = 'next'
    while (!this.#isClosed) {
      try {
        const isSure = found === 'next' && !this.#parts.store.outage
        const standing = isSure ? undefined : await this.verify()
        found = await this.#read()
        // Both work: a shard may be away, and the log not.
        this.#parts.up(true)
        if (standing && this.#isElsewhere(found, standing)) await this.#goElsewhere()
      } catch (error) {
        found = 'unsure'
        if (this.#isClosed) return
        this.#parts.up(false, error)
        if (isReplica(error)) this.#parts.link.reconnect()
        await this.#parts.link.ready(PAUSE)
        await pause(PAUSE * Math.random())
      }
    }
  }

  /** Compares with Redis, and moves if it must. */
  async verify(): Promise<Standing> {
    const { store, known, oldest } = this.#parts
    const standing = await store.verify(known())
    this.#follow(courseOf(known(), standing), standing)
    oldest(firstOf(standing))
    return standing
  }

  close(): void {
    this.#isClosed = true
  }

  #follow(course: Course, standing: Standing): void {
    if (course.kind !== 'same') this.#move(standing, course.head)
  }

  #move(place: Pick<Known, 'epoch' | 'term'>, head: number): void {
    this.#moves++
    this.#parts.moved(place, head)
  }

  /** After a failover the connection may still lead to the server that was the master before, and commands go to the new one. */
  #isElsewhere(found: Found, { seq }: Standing): boolean {
    return found === 'foreign' || (found === 'nothing' && seq > this.#parts.known().head)
  }

  async #goElsewhere(): Promise<void> {
    const { link } = this.#parts
    link.reconnect()
    await pause(PAUSE)
    await link.ready(PAUSE)
  }

  async #read(): Promise<Found> {
    const { store, known } = this.#parts
    const moves = this.#moves
    const { head } = known()
    const news = await store.next(head)
    if (!news) return 'nothing'
    if (moves !== this.#moves) return 'next'
    const found = await this.#take(news.entries, moves)
    // Entries of somebody else: they are found again and again, until there is one of the log.
    if (news.entries.length && known().head === head) await pause(PAUSE)
    return news.woken && found === 'next' ? 'unsure' : found
  }

  async #take(entries: News['entries'], moves: number): Promise<Found> {
    const { known, entry } = this.#parts
    let begin = monotonic(clock)
    // A gap makes clients load their state: what comes before it does not matter, and there is one for all that are lost.
    for (const stored of entries.slice(Math.max(lastLost(entries), 0))) {
      if (monotonic(clock) - begin > TURN) {
        await pause(0)
        begin = monotonic(clock)
      }
      // A listener, or a reset, has begun the log again.
      if (moves !== this.#moves || this.#isClosed) return 'unsure'
      // Anything that is no entry of a log is skipped. A number is missing then, and the next entry shows that.
      if (!stored) continue
      if (stored.epoch !== known().epoch) return 'foreign'
      const { seq } = stored.entry
      if (stored.isLost || seq !== known().head + 1) {
        this.#move(known(), stored.isLost ? seq : seq - 1)
        moves = this.#moves
      }
      if (!stored.isLost) entry(stored)
    }
    return 'next'
  }
}
