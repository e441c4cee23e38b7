import { createTimer } from '../../src/base/clock.ts'
import { clock } from './time.ts'

/*
 * A connection that only hears cannot tell that the other end has gone: silence looks like no news. So the process sends itself a
 * message now and then, by another connection.
 */

export interface PulseParts {
  /** Between two messages, in milliseconds. */
  readonly interval: number
  /** Sends a message to this process. Rejects if that fails: then it says nothing about the connection that hears. */
  send(): Promise<unknown>
  /** One was sent and has not come. */
  lost(): void
}

export interface Pulse {
  /** The message has come. */
  heard(): void
  stop(): void
}

/** So many rounds may pass without it: an answer and the message come at nearly the same time, in any order. */
const PATIENCE = 2

export function createPulse({ interval, send, lost }: PulseParts): Pulse {
  const timer = createTimer(clock)
  let isSent = false
  /** Rounds since one was sent that has not come. */
  let rounds = 0

  function beat(): void {
    send().then(
      () => {
        isSent = true
      },
      () => {},
    )
    timer(interval, () => {
      rounds = isSent ? rounds + 1 : 0
      if (rounds === PATIENCE) {
        isSent = false
        rounds = 0
        lost()
      }
      beat()
    })
  }
  beat()
  return {
    heard() {
      isSent = false
      rounds = 0
    },
    stop: () => timer(),
  }
}
