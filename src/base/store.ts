/** A value that can be read and watched: the one contract that every framework adapter needs. */
export interface Store<T> {
  /** The value now. The same reference until it changes. */
  get(): T
  /**
   * Calls `listener` at once with the value as it is, and again at each change.
   * @returns Stops the calls. Calling it twice does no harm.
   */
  subscribe(listener: (value: T) => void): () => void
}
