import { monotonic } from '../../src/base/clock.ts'
import { clock } from './time.ts'

/** The order in which shards are written to. */
export interface Turns {
  /** The next shard that does not rest. If all of them rest, the next one. */
  next(now: number): number
  /** It has failed, and is left out, because each attempt there costs time. */
  rest(shard: number, now: number): void
  readonly allRest: boolean
}

/**
 * @param pause - For how long a shard rests before it is asked whether it answers, in milliseconds. Nobody waits for that.
 * @param ask - Rejects if the shard does not answer.
 */
export function createTurns(shards: number, pause: number, ask: (shard: number) => Promise<unknown>): Turns {
  /** Until when a shard rests. Infinity: it is being asked. */
  const resting = new Map<number, number>()
  // Not the same shard for all processes that start together.
  let last = Math.floor(Math.random() * shards)

  const rest = (shard: number, now: number): void => void resting.set(shard, now + pause)
  function wake(now: number): void {
    for (const [shard, until] of resting) {
      if (until > now) continue
      resting.set(shard, Infinity)
      ask(shard).then(
        () => resting.delete(shard),
        () => rest(shard, monotonic(clock)),
      )
    }
  }

  return {
    next(now) {
      wake(now)
      for (let n = 1; n <= shards; n++) {
        const shard = (last + n) % shards
        if (!resting.has(shard)) {
          last = shard
          return shard
        }
      }
      // There is no better one.
      last = (last + 1) % shards
      return last
    },
    rest,
    get allRest() {
      return resting.size === shards
    },
  }
}
