/*
 * From the name of an event to its subscribers. Names are only compared: `__proto__` is a name like any other.
 */

export interface Subscriber<Handler> {
  readonly _pattern: string
  readonly _handler: Handler
}

export class Router<Handler> {
  /** A subscriber may leave it in the middle of a dispatch, and is not called any more. Adding and removing are fast: there may be thousands. */
  readonly _all: Set<Subscriber<Handler>> = new Set()

  /** @returns Removes it again, and says whether it was there. */
  _add(pattern: string, handler: Handler): () => boolean {
    const own = { _pattern: pattern, _handler: handler }
    this._all.add(own)
    return () => this._all.delete(own)
  }

  /** The subscribers whose name or pattern fits, in the order in which they came. */
  _match(type: string): readonly Subscriber<Handler>[] {
    return [...this._all].filter(
      ({ _pattern }) => _pattern === type || (_pattern.endsWith('*') && type.startsWith(_pattern.slice(0, -1))),
    )
  }
}
