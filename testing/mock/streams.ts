import { createDeferred, type Deferred } from '../platform/deferred.ts'
import type { Exchange } from './exchange.ts'

/** The exchanges of one mock that are not over. */
export class Streams {
  /** All of them. */
  readonly #present = new Set<Exchange>()
  /** Those that are streams, with those that are about to end. */
  readonly #streams = new Set<Exchange>()
  /** Those that are streams and are not about to end. */
  readonly #open = new Set<Exchange>()
  #next: Deferred<Exchange> | undefined

  /** The streams that are open, oldest first. */
  get open(): readonly Exchange[] {
    return [...this.#open]
  }

  add(exchange: Exchange): void {
    this.#present.add(exchange)
    void exchange.closed.then(() => {
      this.#present.delete(exchange)
      this.#streams.delete(exchange)
    })
  }

  /** An exchange has become a stream. */
  opened(exchange: Exchange): void {
    this.#open.add(exchange)
    this.#streams.add(exchange)
    this.#next?.resolve(exchange)
    this.#next = undefined
  }

  /** A stream is about to end. */
  ending(exchange: Exchange): void {
    this.#open.delete(exchange)
  }

  get oldest(): Exchange | undefined {
    return this.open[0]
  }

  /** Resolves with the next one to be opened. */
  next(): Promise<Exchange> {
    this.#next ??= createDeferred()
    return this.#next.promise
  }

  /** Resolves when no stream is there any more; at once if none is. */
  async closed(): Promise<void> {
    while (this.#streams.size) await Promise.all([...this.#streams].map(({ closed }) => closed))
  }

  /** Breaks every connection, of streams and of other answers. */
  drop(): void {
    for (const exchange of this.#present) exchange.drop()
  }
}
