/*
 * From the name of an event to its subscribers. Names are only compared: `__proto__` is a name like any other.
 */

export interface Subscriber<Handler> {
  readonly _pattern: string
  readonly _handler: Handler
  /** False once it has unsubscribed, which may happen in the middle of a dispatch. */
  _active: boolean
}

export class Router<Handler> {
  _all: readonly Subscriber<Handler>[] = []

  /** @returns Removes it again, and says whether it was there. */
  _add(pattern: string, handler: Handler): () => boolean {
    const own = { _pattern: pattern, _handler: handler, _active: true }
    this._all = [...this._all, own]
    return () => {
      const { _active } = own
      own._active = false
      this._all = this._all.filter((other) => other !== own)
      return _active
    }
  }

  /** The subscribers whose name or pattern fits, in the order in which they came. */
  _match(type: string): readonly Subscriber<Handler>[] {
    return this._all.filter(
      ({ _pattern }) => _pattern === type || (_pattern.endsWith('*') && type.startsWith(_pattern.slice(0, -1))),
    )
  }
}
