/*
 * A limit of so many things a second, as a token bucket. The bucket holds one second's worth of tokens and at least one, so a
 * burst of that many passes at once. Its whole state is one number, the time at which it is full again: a bucket for each of
 * thousands of clients costs no object, and one that is full again can be forgotten (`fullAt <= now`).
 */

/** Milliseconds that an empty bucket takes to fill. */
const filling = (perSecond: number): number => 1000 * Math.max(1, 1 / perSecond)

/** A clock that was set back would leave a bucket empty for as long: it never is for longer than it takes to fill. */
const bounded = (fullAt: number, now: number, perSecond: number): number =>
  Math.min(Math.max(fullAt, now), now + filling(perSecond))

/** Epoch milliseconds have this precision as numbers, about. Without it the last token of a burst might come late. */
const PRECISION = 0.01

/**
 * How long it takes until a bucket has a token, in milliseconds. 0: it has one.
 * @param fullAt - When it is full again, in epoch milliseconds. 0 for a new one.
 * @param perSecond - Tokens that it gets a second. Infinity: it is never empty. 0: it never has one.
 */
export function bucketWait(fullAt: number, now: number, perSecond: number): number {
  if (perSecond <= 0) return Infinity
  const wait = bounded(fullAt, now, perSecond) - now + 1000 / perSecond - filling(perSecond)
  return wait > PRECISION ? wait : 0
}

/** Takes a token out. @returns When the bucket is full again. */
export const bucketTake = (fullAt: number, now: number, perSecond: number): number =>
  bounded(fullAt, now, perSecond) + 1000 / perSecond
