/*
 * From the name of an event to its subscribers. Names are only compared: `__proto__` is a name like any other.
 */

export interface Subscriber<Handler> {
  readonly _pattern: string
  readonly _handler: Handler
}

/** In the order in which they came. Adding and removing are fast: there may be thousands. */
export type Subscribers<Handler> = Set<Subscriber<Handler>>

/** The subscribers whose name or pattern fits, in their order. */
export const match = <Handler>(subscribers: Subscribers<Handler>, type: string): readonly Subscriber<Handler>[] =>
  [...subscribers].filter(
    ({ _pattern }) => _pattern === type || (_pattern.endsWith('*') && type.startsWith(_pattern.slice(0, -1))),
  )
