/*
 * Whether a process that follows a log in Redis still follows it: a pure decision.
 */

/** The state of Redis. */
export interface Standing {
  readonly epoch: string
  /** How many epochs there were, with this one. */
  readonly term: number
  /** The last number that was given. */
  readonly seq: number
  /** The number that the epoch began behind: after a loss of entries, numbers go on. */
  readonly base: number
  /** The number of the oldest entry; 0 if there is none. */
  readonly first: number
}

/**
 * `same`: read on. `restart`: it is another epoch, read on behind `head`. `jump`: entries are gone that were not read, read on
 * behind `head`.
 */
export type Course = { readonly kind: 'same' } | { readonly kind: 'restart' | 'jump'; readonly head: number }

/** The first number that can be read, or the next to come. */
export const firstOf = ({ first, seq }: Pick<Standing, 'first' | 'seq'>): number => first || seq + 1

export function courseOf(mine: { readonly epoch: string; readonly head: number }, there: Standing): Course {
  const before = firstOf(there) - 1
  if (there.epoch !== mine.epoch) return { kind: 'restart', head: Math.max(there.base, before) }
  return before > mine.head ? { kind: 'jump', head: before } : { kind: 'same' }
}
