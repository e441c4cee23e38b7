import { monotonic, setTimer, systemClock } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'

/*
 * The time of the event loop, shared by all replays of a hub. Two hundred clients that reconnect at once have a long log read for
 * each of them: together they work for a few milliseconds, then everything else has its turn.
 */

/** How long replays work together before the event loop goes on, in milliseconds. */
const TURN = 10

/** @param hasTime - False once the work should stop, and be taken up in another turn. */
type Work<T> = (hasTime: () => boolean) => T

export interface Turns {
  /**
   * Does a piece of work: at once if there is time left and nobody waits, else in a later turn, in the order of asking.
   * @returns The result of the work, or a promise of it.
   */
  take<T>(work: Work<T>): T | Promise<Awaited<T>>
}

export function createTurns(clock: Clock): Turns {
  const waiting: (() => void)[] = []
  /**
   * Since the last turn, in milliseconds. It is not set back when the event loop goes on for other reasons, as that would cost a
   * callback for each short replay: now and then one waits that need not, for one round of the event loop.
   */
  let spent = 0

  function run<T>(work: Work<T>): T {
    const begin = monotonic(clock)
    const took = (): number => monotonic(clock) - begin
    try {
      return work(() => spent + took() < TURN)
    } finally {
      spent += took()
    }
  }

  function turn(): void {
    spent = 0
    while (spent < TURN) {
      const next = waiting.shift()
      if (!next) return
      next()
    }
    if (waiting.length) nextRound(clock, turn)
  }

  return {
    take<T>(work: Work<T>) {
      if (spent < TURN && waiting.length === 0) return run(work)
      return new Promise<Awaited<T>>((resolve, reject) => {
        if (waiting.length === 0) nextRound(clock, turn)
        waiting.push(() => {
          try {
            resolve(run(work) as Awaited<T>)
          } catch (error) {
            reject(error)
          }
        })
      })
    },
  }
}

/**
 * Calls back when timers and sockets have had their turn. A timer puts the process to sleep for a millisecond, and on a busy machine
 * it gets the processor back after many: a long replay took half as long again. So it is no timer where the platform has better.
 */
function nextRound(clock: Clock, callback: () => void): void {
  if (clock === systemClock && typeof setImmediate === 'function') setImmediate(callback)
  else setTimer(clock, 0, callback)
}
