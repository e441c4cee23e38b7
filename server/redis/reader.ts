import { monotonic } from '../../src/base/clock.ts'
import { type Course, courseOf, firstOf, type Standing } from './compare.ts'
import { decodeEntry, type Raw, type Stored } from './entry.ts'
import { isReplica, type Link } from './link.ts'
import type { Known, Store } from './store.ts'
import { clock, pause } from './time.ts'

/** The parts of its log that the reader needs. */
export interface ReaderParts {
  readonly link: Link
  readonly store: Pick<Store, 'verify' | 'next'>
  known(): Known
  /** The next entry. */
  entry(stored: Stored): void
  /** It goes on behind another number, in this epoch. */
  moved(epoch: string, head: number): void
  /** The oldest number that Redis has. */
  oldest(first: number): void
  /** Redis can be reached, or cannot. */
  up(isUp: boolean, error?: unknown): void
}

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
    let isSure = true
    while (!this.#isClosed) {
      try {
        if (!isSure) await this.verify()
        this.#parts.up(true)
        isSure = await this.#read()
      } catch (error) {
        isSure = false
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

  #follow(course: Course, { epoch }: Standing): void {
    if (course.kind !== 'same') this.#move(epoch, course.head)
  }

  #move(epoch: string, head: number): void {
    this.#moves++
    this.#parts.moved(epoch, head)
  }

  /** @returns Whether the next read can follow without a comparison. */
  async #read(): Promise<boolean> {
    const { store, known } = this.#parts
    const moves = this.#moves
    const news = await store.next(known().head)
    if (!news || moves !== this.#moves) return news !== undefined
    return (await this.#take(news.entries, moves)) && !news.woken
  }

  async #take(entries: readonly Raw[], moves: number): Promise<boolean> {
    const { known, entry } = this.#parts
    let begin = monotonic(clock)
    for (const raw of entries) {
      if (monotonic(clock) - begin > TURN) {
        await pause(0)
        begin = monotonic(clock)
      }
      // A listener, or a reset, has begun the log again.
      if (moves !== this.#moves || this.#isClosed) return false
      const stored = decodeEntry(raw)
      // Anything that is no entry of a log is skipped. A number is missing then, and the next entry shows that.
      if (!stored) continue
      if (stored.epoch !== known().epoch) return false
      if (stored.entry.seq !== known().head + 1) {
        this.#move(stored.epoch, stored.entry.seq - 1)
        moves = this.#moves
      }
      entry(stored)
    }
    return true
  }
}
