import { setTimer } from '../../src/base/clock.ts'
import type { Stored } from './entry.ts'
import type { Known } from './store.ts'
import { clock } from './time.ts'

/** Waits until a number has been read. */
interface Waiting {
  readonly seq: number
  wake(): void
}

/** How far a process has read the log. */
export class Position {
  #known: Known
  readonly #waiting = new Set<Waiting>()

  constructor(known: Known) {
    this.#known = known
  }

  get known(): Known {
    return this.#known
  }

  /** The process has read the next entry. */
  read({ entry, uid, epoch }: Stored): void {
    this.#known = { epoch, term: this.#known.term, head: entry.seq, uid }
    if (this.#waiting.size) this.#wake(entry.seq)
  }

  /** It goes on behind another number, in this epoch. */
  move({ epoch, term }: Pick<Known, 'epoch' | 'term'>, head: number): void {
    this.#known = { epoch, term, head, uid: '' }
    this.#wake(Infinity)
  }

  /** Waits until a number has been read, or the process goes on elsewhere. @returns False if that takes longer than `ms`. */
  async until(seq: number, ms: number): Promise<boolean> {
    if (seq <= this.#known.head) return true
    return new Promise((resolve) => {
      const end = (isThere: boolean): void => {
        clock.clearTimeout(timer)
        this.#waiting.delete(waiting)
        resolve(isThere)
      }
      const waiting = { seq, wake: () => end(true) }
      const timer = setTimer(clock, ms, () => end(false))
      this.#waiting.add(waiting)
    })
  }

  #wake(head: number): void {
    for (const waiting of [...this.#waiting]) if (waiting.seq <= head) waiting.wake()
  }
}
