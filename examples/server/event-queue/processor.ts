import { setTimeout as pause } from 'node:timers/promises'

/*
 * Runs a pure function over events, one at a time and in order: the next is decided on once all that came of the one before
 * has been done. It is in memory; what is queued when the process dies is gone. Where that must not be, the state, the ids
 * that were seen and the effects that are due belong into one transaction of your database, and this loop reads them there.
 */

export interface ProcessorOptions<S, E, F> {
  readonly initial: S
  /** Pure. What it throws is for whoever sent the event; the state stays, and the id counts as never seen. */
  readonly decide: (state: S, event: E) => { readonly state: S; readonly effects: readonly F[] }
  /** Carries out one effect. It may be called again for one that has failed half-way. */
  readonly perform: (effect: F) => unknown
  /** How long to wait after so many failures, in milliseconds; null gives the effect up. */
  readonly retry?: ((failures: number, error: unknown) => number | null) | undefined
  /** Told of each effect that was given up: the place to write it down. Those behind it are carried out. */
  readonly onGivenUp: (effect: F, error: unknown, event: E) => void
  /** How many ids are remembered, to tell what comes twice. */
  readonly remember?: number
}

export interface Processor<S, E> {
  readonly state: S
  /**
   * Resolves when all that came of the event has been done or given up: true; false if it is one that has come before.
   * Rejects with what `decide` throws.
   */
  dispatch(event: E): Promise<boolean>
  /** Resolves when nothing is queued, events that were dispatched meanwhile included. */
  idle(): Promise<void>
}

/** After 100 ms, 200 ms, … 3.2 s: for six seconds in all. */
const sixTimes = (failures: number): number | null => (failures > 6 ? null : 50 * 2 ** failures)

export function createProcessor<S, E extends { readonly id: string }, F>({
  initial,
  decide,
  perform,
  retry = sixTimes,
  onGivenUp,
  remember = 10_000,
}: ProcessorOptions<S, E, F>): Processor<S, E> {
  let state = initial
  let tail: Promise<unknown> = Promise.resolve()
  const seen = new Map<string, Promise<void>>()

  async function carryOut(effect: F, event: E): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        await perform(effect)
        return
      } catch (error) {
        const wait = retry(failures, error)
        if (wait === null) return onGivenUp(effect, error, event)
        await pause(wait)
      }
    }
  }

  async function run(event: E): Promise<void> {
    const step = decide(state, event)
    state = step.state
    for (const effect of step.effects) await carryOut(effect, event)
  }

  return {
    get state() {
      return state
    },
    async dispatch(event) {
      const { id } = event
      const earlier = seen.get(id)
      if (earlier) {
        await earlier
        return false
      }
      const done = tail.then(() => run(event))
      seen.set(id, done)
      const [oldest] = seen.keys()
      if (oldest !== undefined && seen.size > remember) seen.delete(oldest)
      tail = done.catch(() => seen.delete(id))
      await done
      return true
    },
    async idle() {
      for (let last: unknown; last !== tail; ) {
        last = tail
        await tail
      }
    },
  }
}
