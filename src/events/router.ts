/*
 * From the name of an event to its subscribers. Names are only compared: `__proto__` is a name like any other.
 */

export interface Subscriber<Handler> {
  readonly _pattern: string
  readonly _handler: Handler
  /** Ends the subscription. */
  readonly _off: () => void
}

/** In the order in which they came. Adding and removing are fast: there may be thousands. */
export type Subscribers<Handler> = Set<Subscriber<Handler>>

/** Whether a name is this one, or is under this prefix: `order.*`, `*`. @throws TypeError for what is no text. */
export const fits = (pattern: string, name: string): boolean =>
  name === pattern || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)))

/** The subscribers whose name or pattern fits, in their order. */
export const match = <Handler>(subscribers: Subscribers<Handler>, type: string): readonly Subscriber<Handler>[] =>
  [...subscribers].filter(({ _pattern }) => fits(_pattern, type))
